"""The models of `base` that changes of addons write to; core knows them by name only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.orm.env import Env

ADDONS = "ir.module.module"
DEPENDENCIES = "ir.module.module.dependency"
CATEGORIES = "ir.module.category"
MODELS = "ir.model"
FIELDS = "ir.model.fields"


def table_of(env: Env, model: str) -> Any:  # Any: a recordset of a model that core has no class of
    """The empty recordset of a model; searches in it find archived records too."""
    return env[model].with_context(active_test=False)
