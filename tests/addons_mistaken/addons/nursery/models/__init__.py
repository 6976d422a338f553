"""The models of the nursery."""
