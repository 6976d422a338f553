"""The models of base; every file here is imported."""
