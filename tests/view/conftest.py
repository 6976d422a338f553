"""Fixtures of the tests of views."""

from tests.data.database import shop

__all__ = ["shop"]
