"""What the free references of a lead may point to."""

from __future__ import annotations

from core import Model


def referable_models(record: Model) -> list[str]:
    """The models whose records a lead may refer to: everything people work with, nothing technical."""
    models = record.env.registry.models.values()
    return [
        info.name
        for info in models
        if info.stored and not info.transient and not info.name.startswith(("ir.", "base.", "workflow"))
    ]
