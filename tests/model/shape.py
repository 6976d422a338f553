"""Random schemas, as data: what models there are and what fields they have; `build.py` makes real models of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

TEXTS = frozenset(["char", "folded", "translated", "text", "html", "selection", "reference", "company_char"])
WHOLE = frozenset(["integer", "company_integer"])
EXACT = frozenset(["decimal", "monetary", "company_decimal"])
NUMBERS = WHOLE | EXACT | {"float"}
DATES = frozenset(["date", "datetime"])
TO_MANY = frozenset(["one2many", "many2many"])
LINKS = TO_MANY | {"many2one"}
OPAQUE = frozenset(["json", "binary"])
PLAIN = (
    "char", "folded", "translated", "text", "html", "integer", "float", "decimal", "monetary", "boolean", "date",
    "datetime", "selection", "reference", "json", "binary", "company_char", "company_integer", "company_decimal",
    "company_boolean",
)  # fmt: skip
CHOICES = {"low": "Low", "high": "High", "A": "Upper", "á": "Accented"}


@dataclass(frozen=True)
class FieldShape:
    """One field.

    Attributes:
        target: the model that a link leads to.
        inverse: of a one2many, the link at the other end.
        path: of a related field, what it shows.
        stored: does a related field keep a copy?
        narrow: does a to-many link show only records with an `x` that is at least 1 (its `domain`)?
    """

    name: str
    kind: str
    target: str = ""
    inverse: str = ""
    path: str = ""
    stored: bool = True
    narrow: bool = False

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """What a failing example shows: the options that differ from the usual ones."""
        options = {"target": self.target, "inverse": self.inverse, "path": self.path, "narrow": self.narrow}
        told = [f"{name}={value!r}" for name, value in options.items() if value]
        told += [] if self.stored else ["stored=False"]
        printer.text(f"FieldShape({', '.join([repr(self.name), repr(self.kind), *told])})")


@dataclass(frozen=True)
class ModelShape:
    """One model; with `base`, the name of a link over which it inherits by delegation."""

    name: str
    fields: tuple[FieldShape, ...]
    order: str
    base: str = ""


@dataclass(frozen=True)
class Schema:
    """Some models, each of which may link to all of them."""

    models: tuple[ModelShape, ...]

    def model(self, name: str) -> ModelShape:
        """The model of that name."""
        return next(model for model in self.models if model.name == name)

    def fields(self, model: str) -> Iterator[FieldShape]:
        """All fields of a model, those of delegation too; these show what is at the other end of the link."""
        shape = self.model(model)
        yield from shape.fields
        if shape.base:
            own = {field.name for field in shape.fields}
            link = next(field for field in shape.fields if field.name == shape.base)
            for field in self.fields(link.target):
                if field.name not in own:
                    yield FieldShape(field.name, "related", path=f"{shape.base}.{field.name}", stored=False)

    def field(self, model: str, name: str) -> FieldShape:
        """A field of a model."""
        return next(field for field in self.fields(model) if field.name == name)

    def end(self, model: str, field: FieldShape) -> FieldShape:
        """The field that a related one shows; any other field itself."""
        while field.kind == "related":
            link, name = field.path.split(".")
            model = self.end(model, self.field(model, link)).target
            field = self.field(model, name)
        return field

    def kind(self, model: str, field: FieldShape) -> str:
        """What kind of value a field shows."""
        return self.end(model, field).kind


@st.composite
def schemas(draw: st.DrawFn, most: int = 3) -> Schema:
    """One to `most` models with plain fields of all kinds, links in all directions, trees, archives, delegation."""
    names = [f"paper.{letter}" for letter in "abc"[: draw(st.integers(1, most))]]
    bare = [draw(_bare(name, names)) for name in names]
    models: list[ModelShape] = []
    for place, (name, fields, base) in enumerate(bare):
        fields = [*fields, *draw(_lists(name, bare))]
        fields += draw(_related(fields, bare, models))
        first = draw(st.lists(st.sampled_from([f.name for f in fields if sortable(f)]), max_size=2, unique=True))
        terms = [f"{term}{draw(st.sampled_from(['', ' desc', ' asc']))}" for term in first]
        order = ", ".join([*terms, *draw(st.sampled_from([["id"], ["id desc"], []]))]) or "id"
        models.append(ModelShape(name, tuple(fields), order, base))
        assert place < len(names)
    return Schema(tuple(models))


def sortable(field: FieldShape) -> bool:
    """May one sort by this own field?"""
    return field.kind not in TO_MANY | OPAQUE | {"related"}


@st.composite
def _bare(draw: st.DrawFn, name: str, names: list[str]) -> tuple[str, list[FieldShape], str]:
    """Name, plain fields and links of a model, and the link over which it delegates."""
    letter = name[-1]
    fields = [FieldShape("name", draw(st.sampled_from(["char", "folded", "translated"]))), FieldShape("x", "integer")]
    if draw(st.booleans()):
        fields.append(FieldShape("active", "boolean"))
    if draw(st.booleans()):
        fields.append(FieldShape("parent_id", "many2one", name))
    kinds = draw(st.lists(st.sampled_from(PLAIN), min_size=1, max_size=4))
    fields += [FieldShape(f"{letter}_{kind}_{n}", kind) for n, kind in enumerate(kinds)]
    targets = draw(st.lists(st.sampled_from(names), max_size=2))
    fields += [FieldShape(f"{letter}_link_{n}", "many2one", target) for n, target in enumerate(targets)]
    if draw(st.booleans()):
        target = draw(st.sampled_from(names))
        fields.append(FieldShape(f"{letter}_tags", "many2many", target, narrow=draw(st.integers(0, 3)) == 0))
    base = ""
    earlier = names[: names.index(name)]
    if earlier and draw(st.integers(0, 3)) == 0:
        base = f"{letter}_base"
        fields.append(FieldShape(base, "many2one", draw(st.sampled_from(earlier))))
    return name, fields, base


@st.composite
def _lists(draw: st.DrawFn, name: str, bare: list[Any]) -> list[FieldShape]:
    """The one2manys of a model: some of the links that lead to it, from the other end."""
    found: list[FieldShape] = []
    for other, fields, _ in bare:
        for link in fields:
            if link.kind == "many2one" and link.target == name and draw(st.booleans()):
                narrow = draw(st.integers(0, 3)) == 0
                many = f"{name[-1]}_{other[-1]}_{link.name}_ids"
                found.append(FieldShape(many, "one2many", other, link.name, narrow=narrow))
    return found


@st.composite
def _related(draw: st.DrawFn, fields: list[FieldShape], bare: list[Any], done: list[ModelShape]) -> list[FieldShape]:
    """A field that shows one of a linked record."""
    links = [field for field in fields if field.kind == "many2one"]
    if not links or draw(st.booleans()):
        return []
    link = draw(st.sampled_from(links))
    there = next(found for name, found, _ in bare if name == link.target)
    shown = draw(st.sampled_from([f for f in there if f.kind not in OPAQUE | TO_MANY and f.name != "active"]))
    stored = shown.kind != "translated" and draw(st.booleans())
    return [FieldShape(f"shown_{len(done)}", "related", path=f"{link.name}.{shown.name}", stored=stored)]
