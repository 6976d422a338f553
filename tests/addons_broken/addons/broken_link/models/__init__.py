"""The models of broken_link."""
