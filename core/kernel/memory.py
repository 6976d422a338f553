"""The garbage collector while much is loaded that stays: it would look through all of it again and again."""

from __future__ import annotations

import gc


def begin_loading() -> None:
    """Let the garbage collector rest until `settle`."""
    gc.disable()


def settle() -> None:
    """Let the collector work again, and leave out what is loaded by now: it lasts as long as the process."""
    gc.collect()
    gc.freeze()
    gc.enable()
