"""The models of broken_syntax."""
