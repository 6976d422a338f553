"""Fixtures of the tests of data files."""

from tests.data.database import load, shop

__all__ = ["load", "shop"]
