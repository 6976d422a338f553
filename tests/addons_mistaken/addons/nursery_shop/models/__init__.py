"""The models of the shop."""
