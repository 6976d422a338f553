"""The plain models of the benchmark: what the floors have as tables."""
