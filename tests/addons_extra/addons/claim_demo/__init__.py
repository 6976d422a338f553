"""Claims of customers: the addon that the documentation shows, as tests use it."""
