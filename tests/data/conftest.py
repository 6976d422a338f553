"""Fixtures of the tests of data files."""

from tests.data.database import shop

__all__ = ["shop"]
