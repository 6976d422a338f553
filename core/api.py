"""Decorators for methods of models: `from core import api`."""

from core.orm.markers import action, constrains, exported, on_change, readonly, transition

__all__ = ["action", "constrains", "exported", "on_change", "readonly", "transition"]
