"""Hooks: an addon declares a typed spec, other addons answer it, and `env.fire(spec, …)` calls them.

A spec is a function in an addon's `hookspecs.py`; its docstring says when it is fired. An implementation is a function
in an addon's `hooks.py`. Underneath is pluggy, one plugin manager a database, so that only installed addons answer.

    @hookspec
    def claim_closed(claims: Claim) -> None:
        '''Claims have just been closed.'''

    @hookimpl(claim_closed)
    def thank_the_customer(claims: Claim) -> None: ...
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from time import perf_counter
from types import ModuleType
from typing import Any, Generic, NamedTuple, ParamSpec, TypeVar, cast, overload

import pluggy

from core.errors import GrialError, UnknownName
from core.kernel.trace import enabled, trace

P = ParamSpec("P")
R = TypeVar("R")
Function = TypeVar("Function", bound=Callable[..., Any])  # Any: hooks have every signature

_PROJECT = "grial"
_MARK = "_grial_hookimpl"
_ANSWER = "_grial_answer"
_SPEC = "_grial_spec"


class Hook(Generic[P, R]):
    """A declared hook: what `@hookspec` makes of a function. `addon` and `name` say where it comes from."""

    def __init__(self, function: Callable[P, R], *, firstresult: bool) -> None:
        self.name = function.__name__
        self.addon = addon_of(function.__module__)
        self.__module__ = function.__module__
        self.qualified = f"{self.addon}.{self.name}"
        self.firstresult = firstresult
        self.doc = inspect.getdoc(function) or ""
        self.signature = inspect.signature(function)
        self.arguments = tuple(self.signature.parameters)
        if not _is_plain(self.signature):
            raise TypeError(f"the hook {self.qualified} has an argument that is not an ordinary named one")

    def __repr__(self) -> str:
        return f"<hook {self.qualified}{self.signature}>"


def _is_plain(signature: inspect.Signature) -> bool:
    return all(parameter.kind is parameter.POSITIONAL_OR_KEYWORD for parameter in signature.parameters.values())


class _Mark(NamedTuple):
    """What `@hookimpl` says about a function; without a spec the function's name is the hook's."""

    spec: Hook[..., Any] | None = None
    tryfirst: bool = False
    trylast: bool = False


class HookRow(NamedTuple):
    """One hook for the page that documents all of them."""

    name: str
    addon: str
    signature: str
    doc: str
    implementations: tuple[str, ...]


@overload
def hookspec(function: Callable[P, R], /) -> Hook[P, R]: ...
@overload
def hookspec(*, firstresult: bool = False) -> Callable[[Callable[P, R]], Hook[P, R]]: ...
def hookspec(
    function: Callable[P, R] | None = None, /, *, firstresult: bool = False
) -> Hook[P, R] | Callable[[Callable[P, R]], Hook[P, R]]:
    """Declare a hook: decorates a function with typed arguments and a docstring; the body is never run.

    With `firstresult`, the first answer that is not None ends the round.
    """
    if function is not None:
        return Hook(function, firstresult=False)
    return lambda declared: Hook(declared, firstresult=firstresult)


@overload
def hookimpl(function: Function, /) -> Function: ...
@overload
def hookimpl(
    spec: Hook[P, R], /, *, tryfirst: bool = False, trylast: bool = False
) -> Callable[[Callable[P, R | None]], Callable[P, R | None]]: ...
@overload
def hookimpl(*, tryfirst: bool = False, trylast: bool = False) -> Callable[[Function], Function]: ...
def hookimpl(target: object = None, /, *, tryfirst: bool = False, trylast: bool = False) -> object:
    """Answer a hook. `@hookimpl(claim_closed)` is checked by mypy; a bare `@hookimpl` goes by the function's name.

    Implementations run from the addon on top of the module graph down, as `super()` does; `tryfirst` and `trylast`
    move one to the front or to the back.
    """
    mark = _Mark(target if isinstance(target, Hook) else None, tryfirst, trylast)

    def decorate(function: Function) -> Function:
        setattr(function, _MARK, mark)
        return function

    if target is None or isinstance(target, Hook):
        return decorate
    return decorate(cast(Callable[..., Any], target))


def addon_of(module: str) -> str:
    """The addon that a module belongs to: `claim` for `addons.claim.hooks`, `core` for everything in core."""
    parts = module.split(".")
    return parts[1] if parts[0] == "addons" and len(parts) > 1 else parts[0]


class _Plugin:
    """Holds the implementations of one module as attributes, which is how pluggy takes them."""


class _PluginManager(pluggy.PluginManager):
    """pluggy, taught to read our marks instead of its own."""

    def parse_hookspec_opts(self, module_or_class: Any, name: str) -> Any:  # Any: as pluggy declares it
        spec: Hook[..., Any] | None = getattr(getattr(module_or_class, name), _SPEC, None)
        return {"firstresult": spec.firstresult} if spec else None

    def parse_hookimpl_opts(self, plugin: Any, name: str) -> Any:  # Any: as pluggy declares it
        found: _Answer | None = getattr(getattr(plugin, name), _ANSWER, None)
        if found is None:
            return None
        return {"specname": _attribute(found.spec), "tryfirst": found.mark.tryfirst, "trylast": found.mark.trylast}


class HookManager:
    """The hooks of one database: the specs and implementations of its installed addons."""

    def __init__(self) -> None:
        # hookspecs.py needs this module's decorator to declare core's own hooks.
        from core.kernel import hookspecs

        self._manager = _PluginManager(_PROJECT)
        self._specs: dict[str, Hook[..., Any]] = {}
        self._callers: dict[Hook[..., Any], pluggy.HookCaller] = {}
        self._plugins: dict[str, list[object]] = {}
        self.register("core", hookspecs)

    def register(self, addon: str, module: ModuleType) -> None:
        """Take the specs and the implementations that a module defines; call it in the order of the module graph.

        Raises:
            UnknownName: a bare `@hookimpl` whose name no registered addon declares.
            GrialError: an implementation wants an argument that its hook does not have, or its name is ambiguous.
        """
        own = [value for value in vars(module).values() if getattr(value, "__module__", None) == module.__name__]
        for value in own:
            if isinstance(value, Hook):
                self._declare(value)
        answers = [(value, getattr(value, _MARK)) for value in own if isinstance(getattr(value, _MARK, None), _Mark)]
        plugin = _Plugin()
        for function, mark in answers:
            spec = mark.spec or self._named(addon, function.__name__)
            self._caller(spec)
            setattr(plugin, function.__name__, _Answer(addon, function, spec, mark).plugin_function())
        if answers:
            self._manager.register(plugin, f"{addon}:{module.__name__}")
            self._plugins.setdefault(addon, []).append(plugin)

    def unregister(self, addon: str) -> None:
        """Forget the specs and the implementations of an addon."""
        for plugin in self._plugins.pop(addon, ()):
            self._manager.unregister(plugin)
        self._specs = {name: spec for name, spec in self._specs.items() if spec.addon != addon}

    def specs(self) -> tuple[Hook[..., Any], ...]:
        """The declared hooks of the registered addons."""
        return tuple(self._specs.values())

    def implementations(self, spec: Hook[P, R]) -> tuple[tuple[str, Callable[P, R | None]], ...]:
        """The addons that answer a hook, each with its function, in the order in which they are called."""
        caller = self._callers.get(spec)
        if caller is None:
            return ()
        answers = [vars(one.function)[_ANSWER] for one in reversed(caller.get_hookimpls())]
        return tuple((answer.addon, answer.function) for answer in answers)

    def fire(self, spec: Hook[P, R], /, *args: P.args, **kwargs: P.kwargs) -> list[R]:
        """Call every implementation; gives the answers that are not None, at most one with `firstresult`.

        An error of an implementation goes to the caller, whose work it undoes; a note on it names the addon.
        """
        caller = self._callers.get(spec)
        if caller is None or not caller.get_hookimpls():
            if enabled("hooks"):
                trace("hooks", f"{spec.qualified}: nobody answers")
            return []
        if len(args) + len(kwargs) == len(spec.arguments):
            named: dict[str, Any] = dict(zip(spec.arguments, args, strict=False))
            named.update(kwargs)
        else:
            bound = spec.signature.bind(*args, **kwargs)
            bound.apply_defaults()
            named = bound.arguments
        answer = caller(values=named)
        if spec.firstresult:
            return [] if answer is None else [answer]
        return cast(list[R], answer)

    def document(self) -> Iterator[HookRow]:
        """Every declared hook with its docstring and those who answer it."""
        for spec in self.specs():
            answers = tuple(f"{addon}.{function.__name__}" for addon, function in self.implementations(spec))
            yield HookRow(spec.name, spec.addon, f"{spec.name}{_readable(spec.signature)}", spec.doc, answers)

    def _declare(self, spec: Hook[..., Any]) -> None:
        self._specs[spec.qualified] = spec
        self._caller(spec)

    def _caller(self, spec: Hook[..., Any]) -> pluggy.HookCaller:
        if spec not in self._callers:
            # Every hook is one argument to pluggy, a dictionary: it would not hand over arguments that have a default.
            def declared(values: dict[str, Any]) -> None: ...

            vars(declared)[_SPEC] = spec
            specs = ModuleType(spec.qualified)
            setattr(specs, _attribute(spec), declared)
            self._manager.add_hookspecs(specs)
            self._callers[spec] = getattr(self._manager.hook, _attribute(spec))
        return self._callers[spec]

    def _named(self, addon: str, name: str) -> Hook[..., Any]:
        found = [spec for spec in self._specs.values() if spec.name == name]
        if not found:
            known = {spec.name for spec in self._specs.values()}
            raise UnknownName(
                "The addon {addon} answers a hook called {name}, which nobody declares.",
                addon=addon,
                name=name,
                known=known,
            )
        if len(found) > 1:
            raise GrialError(
                "The addon {addon} answers a hook called {name}; say which with @hookimpl(…): {hooks}.",
                addon=addon,
                name=name,
                hooks=[spec.qualified for spec in found],
            )
        return found[0]


def _attribute(spec: Hook[..., Any]) -> str:
    return f"{spec.addon}__{spec.name}"


class _Bare(str):
    """An annotation that is printed without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _readable(signature: inspect.Signature) -> str:
    def bare(annotation: object) -> object:
        return _Bare(annotation) if isinstance(annotation, str) else annotation

    parameters = [one.replace(annotation=bare(one.annotation)) for one in signature.parameters.values()]
    return str(signature.replace(parameters=parameters, return_annotation=bare(signature.return_annotation)))


class _Answer:
    """One implementation of one addon."""

    def __init__(self, addon: str, function: Callable[..., Any], spec: Hook[..., Any], mark: _Mark) -> None:
        signature = inspect.signature(function)
        if not _is_plain(signature) or set(signature.parameters) - set(spec.arguments):
            raise GrialError(
                "The addon {addon} answers the hook {hook} with the arguments {found}; it has {arguments}.",
                addon=addon,
                hook=spec.qualified,
                found=tuple(signature.parameters),
                arguments=spec.arguments,
            )
        self.addon = addon
        self.function = function
        self.spec = spec
        self.mark = mark
        self.arguments = tuple(signature.parameters)

    def plugin_function(self) -> Callable[..., Any]:
        """The function that pluggy calls: it signs the errors of the implementation and traces its calls."""
        name = f"{self.addon}.{self.function.__name__}"
        function, arguments = self.function, self.arguments

        def answer(values: dict[str, Any]) -> Any:
            started = perf_counter()
            try:
                result = function(*[values[argument] for argument in arguments])
            except Exception as error:
                error.add_note(f"raised by the addon {self.addon}, which answers the hook {self.spec.qualified}")
                raise
            if enabled("hooks"):
                milliseconds = (perf_counter() - started) * 1000
                trace("hooks", f"{self.spec.qualified} -> {name} {milliseconds:.1f} ms = {result!r:.80}")
            return result

        vars(answer)[_ANSWER] = self
        return answer
