"""`grial where`: every class and view that makes up a model, a field or a method, in the order in which they count."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from xml.parsers import expat

import click

from core.cli.options import json_option, settings, settings_options
from core.cli.output import show_json
from core.errors import GrialError, UnknownName

if TYPE_CHECKING:
    from core.module.finder import Shelf
    from core.orm.model import Model

COMMON = "core.orm"
"""What every model has from its base class is shown only when somebody asks for it by name."""


@dataclass(frozen=True)
class Place:
    """Something that makes up a model: where it is, what it is and what it does there."""

    file: str
    line: int
    addon: str
    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.addon}: {self.kind} {self.name}"


@click.command(short_help="Show what makes up a model, a field, a method or a view.")
@click.argument("name", metavar="MODEL[.FIELD|.METHOD]|VIEW")
@json_option
@settings_options
def command(name: str, as_json: bool) -> None:
    """Show every class and view that makes up MODEL, one of its fields or methods, or VIEW, in order.

    VIEW is an external id, such as base.partner_form; what extends it follows, in the order in which it is applied.
    The order of classes is that of `super()`, read backwards: what comes last is asked first. All addons on disk count.
    """
    from core.module.finder import add_paths, find_addons

    add_paths(settings().addons_path)
    places = find(find_addons(), name)
    if as_json:
        show_json([asdict(place) for place in places])
        return
    for place in places:
        click.echo(place)


def find(shelf: Shelf, name: str) -> list[Place]:
    """The places of a model, of one attribute of it, or of a view.

    Raises UnknownName, with the nearest name, for a model or an attribute that no addon has.
    """
    from core.module.graph import in_order
    from core.module.importer import import_addons
    from core.orm.declare import declarations

    depends = shelf.depends()
    order = in_order({name for name in shelf.manifests if _complete(shelf, name)}, depends)
    broken = import_addons(order, shelf)
    classes = [cls for addon in order if addon not in broken for cls in declarations(addon)]
    models = {cls._name for cls in classes}
    if name not in models and (parts := _of_view(name, order, shelf)):
        return parts
    model, attribute = _split(name, models)
    places = [place for cls in classes if cls._name == model for place in _of_class(cls, attribute)]
    model_of: dict[str, str] = {}
    views = [
        place
        for addon in order
        for path in (*shelf.manifests[addon].data, *shelf.manifests[addon].demo)
        if path.endswith(".xml")
        for place in _of_file(shelf.manifests[addon].folder / path, addon, model, attribute, model_of)
    ]
    if attribute and not places:
        for parent in _delegated_to(cls for cls in classes if cls._name == model):
            with suppress(UnknownName):
                return find(shelf, f"{parent}.{attribute}")
        known = {key for cls in classes if cls._name == model for one in cls.__mro__ for key in vars(one)}
        raise UnknownName("{model} has no field or method {name}.", model=model, name=attribute, known=known)
    return [*dict.fromkeys([*places, *views])]


def _delegated_to(classes: Iterable[type[Model]]) -> Iterator[str]:
    """The models whose fields a model shows as its own."""
    for cls in classes:
        for parent in vars(cls).get("_inherits", {}):
            yield parent if isinstance(parent, str) else parent._name
        for field in vars(cls).values():
            if getattr(field, "delegate", False):
                yield field.comodel


def _of_view(xmlid: str, order: Sequence[str], shelf: Shelf) -> list[Place]:
    """A view and what extends it; empty when no file has a view of that external id."""
    from core.check.ids import Ids
    from core.check.sources import Source, addon_sources
    from core.check.views import parts_of_view

    ids = Ids(None, {addon: frozenset(order) for addon in order}, dict(shelf.aliases))
    sources: list[Source] = []
    for addon in order:
        sources += addon_sources(shelf.manifests[addon], len(sources))
    return [
        Place(
            _relative(part.source.path),
            part.declared,
            part.source.addon,
            "extended by" if number else "view",
            part.xmlid,
        )
        for number, part in enumerate(parts_of_view(sources, ids, ids.qualified(xmlid, "")))
    ]


def _complete(shelf: Shelf, name: str) -> bool:
    """Are all addons there that one needs, without a circle?"""
    from core.module.graph import closure, in_order

    try:
        in_order(closure(shelf, [name]), shelf.depends())
    except GrialError:
        return False
    return True


def _split(name: str, models: set[str]) -> tuple[str, str]:
    """The model and the attribute; models have dots in their names too."""
    if name in models:
        return name, ""
    model, _, attribute = name.rpartition(".")
    if model in models:
        return model, attribute
    raise UnknownName("There is no model {name}.", name=model if "." in model else name, known=models)


def _of_class(cls: type[Model], attribute: str) -> Iterator[Place]:
    """The class after the mixins and prototypes it takes from; with an attribute, only those that have it."""
    for one in reversed(cls.__mro__):
        if not hasattr(one, "_name") or (one is not cls and getattr(one, "_name", "") == cls._name):
            continue
        if one.__module__.startswith(COMMON) and not (attribute and attribute in vars(one)):
            continue
        if attribute and attribute not in vars(one):
            continue
        addon = getattr(one, "_addon", "") or "core"
        if attribute:
            line, kind = _line_of(one, attribute)
            yield Place(_shown(one), line, addon, kind, f"{one.__name__}.{attribute}")
        else:
            kind = "extended by" if getattr(one, "_extend", False) else "declared by"
            if one is not cls:
                kind = "takes from"
            yield Place(_shown(one), inspect.getsourcelines(one)[1], addon, kind, one.__name__)


def _line_of(cls: type, attribute: str) -> tuple[int, str]:
    """Where in the source of a class an attribute is, and whether it is a field or a method."""
    lines, start = inspect.getsourcelines(cls)
    body = ast.parse(inspect.cleandoc("".join(lines)) if lines[0][:1].isspace() else "".join(lines)).body[0]
    for node in getattr(body, "body", ()):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == attribute:
            return start + node.lineno - 1, "method"
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if any(isinstance(target, ast.Name) and target.id == attribute for target in targets):
            return start + node.lineno - 1, "field"
    return start, "attribute"


def _shown(cls: type) -> str:
    return _relative(Path(inspect.getsourcefile(cls) or "?"))


def _relative(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _of_file(path: Path, addon: str, model: str, attribute: str, model_of: dict[str, str]) -> Iterator[Place]:
    """The views and workflows of a model in a data file; with an attribute, the lines in which they name it.

    `model_of` has the models of the views read so far, by external id: an extension need not repeat its model.
    """
    if not path.is_file():
        return
    reader = _Reader(addon, model, attribute, model_of)
    try:
        found = reader.read(path.read_bytes())
    except expat.ExpatError:
        return  # `check` says what is wrong with it
    for line, kind, name in found:
        yield Place(_relative(path), line, addon, kind, name)


class _Reader:
    """Reads a data file for what is about one model. expat, since it knows the line of every element."""

    def __init__(self, addon: str, model: str, attribute: str, models: dict[str, str]) -> None:
        self.addon, self.model, self.attribute, self.models = addon, model, attribute, models
        self.path: list[str] = []
        self.open: tuple[int, str, str] | None = None
        self.depth = 0
        self.model_of = ""
        self.text: list[str] | None = None
        self.hits: list[tuple[int, str, str]] = []
        self.found: list[tuple[int, str, str]] = []

    def read(self, content: bytes) -> Sequence[tuple[int, str, str]]:
        """Line, kind and name of everything there is."""
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.Parse(content, True)
        return self.found

    def full(self, xmlid: str) -> str:
        """An external id with its addon."""
        return xmlid if "." in xmlid else f"{self.addon}.{xmlid}"

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """A view, an action or a workflow begins, or something inside one."""
        self.path.append(tag)
        line = self.parser.CurrentLineNumber
        if self.open is None:
            kind = attributes.get("model", "") if tag == "record" else tag
            if kind in ("ir.ui.view", "view", "workflow", "ir.actions.act_window", "action", "report"):
                self.open = (line, kind.removeprefix("ir.ui.").removeprefix("ir.actions."), attributes.get("id", ""))
                self.depth = len(self.path)
                self.model_of = "" if tag == "record" else attributes.get("model", "")
                if "inherit" in attributes and not self.model_of:
                    self.model_of = self.models.get(self.full(attributes["inherit"]), "")
                self.hits = []
            return
        if len(self.path) == self.depth + 1 and attributes.get("name") in ("model", "res_model", "osv"):
            self.text = []
        if len(self.path) == self.depth + 1 and attributes.get("name") == "inherit_id" and not self.model_of:
            self.model_of = self.models.get(self.full(attributes.get("ref", "")), "")
        if self.attribute and attributes.get("name") == self.attribute:
            self.hits.append((line, f"{self.open[1]} {self.open[2]}:", f"<{tag} name={self.attribute!r}>"))

    def characters(self, data: str) -> None:
        """The model's name inside a record."""
        if self.text is not None:
            self.text.append(data)

    def end(self, _tag: str) -> None:
        """What began is complete, so that its model is known."""
        if self.text is not None and len(self.path) == self.depth + 1:
            self.model_of = "".join(self.text).strip()
            self.text = None
        if self.open is not None and len(self.path) == self.depth:
            self.models[self.full(self.open[2])] = self.model_of
            if self.model_of == self.model:
                self.found += self.hits if self.attribute else [self.open]
            self.open = None
        self.path.pop()
