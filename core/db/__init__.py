"""The databases: engines and transactions, column types, wanted tables against found ones, job queue, backups."""
