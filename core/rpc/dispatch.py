"""The one place through which a program calls a method of a model: declared methods only, one transaction a call."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.errors import GrialError, UnknownName, UserError
from core.rpc.arguments import is_ids, read_ids
from core.rpc.classic import CLASSIC
from core.rpc.marshal import incoming, outgoing
from core.security.client_context import client_context
from core.workflow.engine import exec_workflow

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.registry import ModelInfo, Registry


@dataclass(frozen=True)
class Call:
    """A call that was understood, not yet carried out.

    Attributes:
        model: the model's name.
        method: the method's name.
        context: what is taken from the client's context.
        writes: it needs a writing transaction.
        act: carries it out on the empty recordset of the model.
    """

    model: str
    method: str
    context: dict[str, Any]
    writes: bool
    act: Callable[[Any], Any]


def call(
    registry: Registry,
    uid: int,
    model: object,
    method: object,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    *,
    check: Callable[[Env], None] | None = None,
) -> Any:
    """Call a method on behalf of a user and give its answer as plain values.

    Args:
        registry: the database.
        uid: on whose behalf.
        model: a model's name.
        method: one of its exported methods.
        args: positional arguments; for methods on records, the ids come first.
        kwargs: named arguments, with the context under `context`.
        check: run first inside the transaction; raises to refuse.

    Raises:
        UnknownName: no such model, or no such method for callers from outside.
        GrialError: whatever the method refuses.
    """
    return carry_out(registry, uid, plan(registry, model, method, args, kwargs), check)


def carry_out(registry: Registry, uid: int, planned: Call, check: Callable[[Env], None] | None = None) -> Any:
    """Carry out a call that was understood, in a transaction of its own. Arguments and errors as those of `call`."""

    def work(env: Env) -> Any:
        if check is not None:
            check(env)
        return outgoing(planned.act(env[planned.model]))

    return registry.run(work, uid=uid, context=planned.context, write=planned.writes)


def plan(registry: Registry, model: object, method: object, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Call:
    """Understand a call, without carrying it out. Raises as `call` does."""
    with refusing_outdated(registry):
        return _plan(registry, model, method, args, kwargs)


@contextmanager
def refusing_outdated(registry: Registry) -> Iterator[None]:
    """A refusal inside counts only while the registry fits the database: another process may have installed an addon.

    Raises Busy instead of the refusal where it does not; the door then asks the new registry.
    """
    try:
        yield
    except GrialError:
        with registry.transaction(write=False):
            raise


def _plan(registry: Registry, model: object, method: object, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Call:
    if not isinstance(model, str) or not isinstance(method, str):
        raise UserError("A call names its model and its method as texts.")
    info = registry[model]
    classic = CLASSIC.get(method)
    if classic is not None and not (info.abstract and method not in _ABSTRACT):
        given, context = classic.signature.bind(method, args, kwargs)
        return Call(
            model, method, client_context(context), classic.writes,
            lambda records: classic.act(records, incoming(given)),
        )  # fmt: skip
    if method not in info.exported:
        raise UnknownName(
            "{model} has no method {method} that can be called from outside.",
            name=method, known=sorted(info.exported), model=model, method=repr(method)[:80],
        )  # fmt: skip
    return _plan_exported(info, method, list(args), dict(kwargs))


def plan_signal(registry: Registry, model: object, signal: object, record: object) -> Call:
    """Understand a workflow signal to a record; carrying it out answers False, as OpenERP does."""
    if not isinstance(model, str) or not isinstance(signal, str):
        raise UserError("A signal names its model and itself as texts.")
    with refusing_outdated(registry):
        info = registry[model]
    ids = read_ids(record).values

    def act(records: Any) -> bool:
        return exec_workflow(records.env, model, signal, ids)

    return Call(info.name, signal, {}, writes=True, act=act)


_ABSTRACT = frozenset({"fields_get", "fields_get_keys", "default_get", "check_access_rights"})


def _plan_exported(info: ModelInfo, method: str, args: list[Any], kwargs: dict[str, Any]) -> Call:
    signature = _signature(info, method)
    context = kwargs.pop("context", None)
    ids: Any = None
    if "ids" in kwargs and "ids" not in signature.parameters:
        ids = kwargs.pop("ids")
    elif args and is_ids(args[0]) and (fits(signature, args[1:], kwargs) or not fits(signature, args, kwargs)):
        ids = args.pop(0)
    if context is None and args and isinstance(args[-1], Mapping) and not fits(signature, args, kwargs):
        context = args.pop()
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        raise UserError("{model}.{method}: {why}.", model=info.name, method=method, why=str(error)) from None
    targets = read_ids(ids).values

    def act(records: Any) -> Any:
        bound = getattr(records.browse(targets) if targets else records, method)
        return bound(*incoming(args), **incoming(kwargs))

    writes = method not in info.readonly_methods
    return Call(info.name, method, client_context(context), writes, act)


def _signature(info: ModelInfo, method: str) -> inspect.Signature:
    """The parameters of a method after `self`."""
    signature = inspect.signature(getattr(info.cls, method))
    return signature.replace(parameters=list(signature.parameters.values())[1:])


def fits(signature: inspect.Signature, args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:
    """Could the method be called like this?"""
    try:
        signature.bind(*args, **kwargs)
    except TypeError:
        return False
    return True
