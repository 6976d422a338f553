"""The door of RPC without a network: a call as a program sends it, carried out in the transaction of a test."""

from __future__ import annotations

from typing import Any

from core import Env
from core.rpc import dispatch
from core.rpc.marshal import outgoing


def rpc(env: Env, model: str, method: str, *args: Any, **kwargs: Any) -> Any:  # Any: as JSON
    """What a method answers to the user of `env`; the context a client sends comes as `context`."""
    call = dispatch.plan(env.registry, model, method, list(args), kwargs)
    return outgoing(call.act(env.with_context(**call.context)[call.model]))
