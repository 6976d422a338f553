"""What migration scripts of addons import: `def migrate(m: Migration) -> None`."""

from core.module.migration import Migration

__all__ = ["Migration"]
