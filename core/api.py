"""Decorators for methods of models, and work in the background: `from core import api`."""

from core.job import enqueue, job, progress
from core.orm.markers import action, constrains, exported, on_change, readonly, transition

__all__ = ["action", "constrains", "enqueue", "exported", "job", "on_change", "progress", "readonly", "transition"]
