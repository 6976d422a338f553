"""People's own files: CSV and spreadsheets become records, with a mapping, a dry run, an outcome and an undo."""
