"""Fixtures of the tests of data files."""

from tests.data.database import env, registry, shop

__all__ = ["env", "registry", "shop"]
