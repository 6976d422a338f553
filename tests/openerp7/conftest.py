"""Fixtures of the tests of OpenERP's constructs."""

from tests.openerp7.old import old

__all__ = ["old"]
