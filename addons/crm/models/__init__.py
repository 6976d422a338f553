"""The models of crm; every file here is imported."""
