"""Grial's public names, loaded when first used, so that `import core` costs nothing."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.kernel.hooks import hookimpl, hookspec
    from core.orm.domain import Domain
    from core.orm.env import Env
    from core.orm.model import Model

__all__ = ["Domain", "Env", "Model", "api", "errors", "fields", "hookimpl", "hookspec"]

_HOMES = {
    "Domain": "core.orm.domain",
    "Env": "core.orm.env",
    "Model": "core.orm.model",
    "hookimpl": "core.kernel.hooks",
    "hookspec": "core.kernel.hooks",
}


def __getattr__(name: str) -> object:
    if name in _HOMES:
        value: object = getattr(import_module(_HOMES[name]), name)
    elif name in __all__:
        value = import_module(f"core.{name}")
    else:
        raise AttributeError(f"module 'core' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
