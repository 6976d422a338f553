"""The foundation, which knows no database and no model: settings, expressions, hooks, translations, formats."""
