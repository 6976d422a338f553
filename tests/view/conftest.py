"""Fixtures of the tests of views."""

from tests.data.database import env, registry, shop

__all__ = ["env", "registry", "shop"]
