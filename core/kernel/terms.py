"""Finds the texts of an addon that people read, in Python, XML, CSV and templates, so that they can be translated."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final
from xml.parsers import expat

from core.errors import DataFileError
from core.kernel.i18n import Catalogue
from core.kernel.po import Message, merge
from core.kernel.text import label_of

Translatable = Mapping[str, Collection[str]]  # the translated fields of each model

# Attributes of a view that people read.
ARCH_ATTRIBUTES: Final = ("string", "placeholder", "help", "confirm", "sum", "avg", "title", "alt", "aria-label")

_SKIPPED_FOLDERS = {"tests", "migrations", "static", "i18n", "__pycache__", "scaffold"}
_LETTER = re.compile(r"[^\W\d_]")
_CALL = re.compile(r"""(?<![\w.])_\(\s*("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""")

# Functions whose argument at this position is a text for people.
_FUNCTIONS: Final[Mapping[str, int]] = {"_": 0, "mark": 0, "translate": 0, "refuse": 1, "say": 1}
_ERRORS: Final = frozenset({
    "GrialError", "UserError", "ValidationError", "MissingError", "ConflictError", "AccessError",
    "AccessDenied", "UnknownName", "Busy", "Throttled", "AddonNotInstalled", "ManifestError", "ExpressionError",
    "DataFileError",
})  # fmt: skip
# Position of the label among the arguments of a field; the first where nothing else is said.
_LABELS: Final[Mapping[str, int | None]] = {
    "Many2one": 1, "Many2many": 1, "One2many": 2, "Check": 1, "Option": 2, "Related": None, "Unique": None,
}  # fmt: skip
_WITHOUT_LABEL: Final = frozenset({"Check", "Option", "Related", "Unique"})
_READ_KEYWORDS: Final = frozenset({"string", "help", "message", "label"})
_MANIFEST_KEYS: Final = frozenset({"name", "summary", "description", "category"})

_DATA_TAGS: Final = frozenset({
    "openerp", "odoo", "terp", "data", "record", "field", "value", "function", "getitem", "menuitem", "menu",
    "act_window", "action", "report", "url", "delete", "workflow", "transition", "activity", "assert", "test",
    "ir_set", "wizard",
})  # fmt: skip
_TAG_ATTRIBUTES: Final[Mapping[str, tuple[str, ...]]] = {
    "menuitem": ("name",),
    "menu": ("name",),
    "act_window": ("name", "help"),
    "action": ("name", "help"),
    "report": ("string",),
    "url": ("name",),
    "transition": ("string", "label", "help", "confirm"),
    "activity": ("string", "label"),
}
_USUAL_FIELDS: Final = frozenset({"name", "help"})
_MODELS_WITHOUT: Final = frozenset({
    "ir.ui.view", "ir.model.access", "ir.rule", "ir.model.data", "ir.config_parameter", "ir.attachment",
    "res.partner", "res.users", "res.company",
})  # fmt: skip


def extract(folder: Path, translatable: Translatable | None = None) -> list[Message]:
    """Every text of an addon, or of core, with the files and lines that show it.

    Args:
        folder: the addon's folder.
        translatable: the translated fields of each model. Without it, the addon's own models are looked at, and of
            other models' records `name` and `help` count, unless their names are in nobody's language.

    Raises:
        DataFileError: a file cannot be read.
    """
    paths = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not _SKIPPED_FOLDERS & set(path.relative_to(folder).parts[:-1])
    ]
    is_read = _Reading(translatable)
    found: list[Message] = []
    # Python first: it declares the fields that the data files fill.
    for path in sorted(paths, key=lambda path: path.suffix != ".py"):
        place = path.relative_to(folder).as_posix()
        try:
            texts = list(_texts(path, is_read))
        except (SyntaxError, ValueError, expat.ExpatError) as error:
            line = getattr(error, "lineno", 0) or 0
            raise DataFileError(
                "The file cannot be read: {reason}.", file=str(path), line=line, reason=str(error)
            ) from None
        found += [Message(text, (f"{place}:{line}",)) for line, text in texts if _LETTER.search(text)]
    return merge(found)


def untranslated(folder: Path, lang: str, catalogue: Catalogue | None = None) -> list[Message]:
    """The texts of an addon without a translation: in its own file, or in the given catalogue of several addons."""
    catalogue = catalogue or Catalogue([(folder.name, folder)])
    return [one for one in extract(folder) if catalogue.find(lang, one.source, one.context, folder.name) is None]


def broken_places(translations: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pairs of source and translation in which a `{name}` place was lost or invented."""
    places = re.compile(r"\{[A-Za-z_][A-Za-z0-9_]*\}")
    return [(source, text) for source, text in translations if set(places.findall(source)) != set(places.findall(text))]


class _Reading:
    """Knows which fields of which models hold text that is translated."""

    def __init__(self, translatable: Translatable | None) -> None:
        self.translatable = translatable
        self.declared: dict[tuple[str, str], bool] = {}

    def __call__(self, model: str, field: str) -> bool:
        if self.translatable is not None:
            return field in self.translatable.get(model, ())
        usual = field in _USUAL_FIELDS and model not in _MODELS_WITHOUT
        return self.declared.get((model, field), usual)

    def declare(self, node: ast.ClassDef) -> None:
        """Take note of the fields of a model's class."""
        values = dict(_assignments(node))
        model = values.get("_name")
        if isinstance(model, ast.Constant) and isinstance(model.value, str):
            for name, value in values.items():
                if isinstance(value, ast.Call) and _field(value):
                    self.declared[model.value, name] = any(keyword.arg == "translate" for keyword in value.keywords)


def _texts(path: Path, is_read: _Reading) -> Iterator[tuple[int, str]]:
    if path.name == "__manifest__.py":
        return _manifest(path.read_text("utf-8"))
    if path.suffix == ".py":
        return _python(path.read_text("utf-8"), is_read)
    if path.suffix == ".xml":
        return iter(_Xml(is_read).read(path.read_bytes()))
    if path.suffix == ".csv":
        return _csv(path, is_read)
    if path.suffix in {".html", ".j2", ".txt"}:
        return _template(path.read_text("utf-8"))
    return iter(())


def _manifest(source: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in _MANIFEST_KEYS:
                    yield from _strings(value)


def _python(source: str, is_read: _Reading) -> Iterator[tuple[int, str]]:
    tree = ast.parse(source)
    constants = dict(_assignments(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _call(node, constants)
        elif isinstance(node, ast.ClassDef):
            is_read.declare(node)
            yield from _class(node)


def _assignments(node: ast.Module | ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    for statement in node.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            yield statement.targets[0].id, statement.value
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value:
            yield statement.target.id, statement.value


def _class(node: ast.ClassDef) -> Iterator[tuple[int, str]]:
    """The description of a model, and the labels that come from the names of its fields."""
    for name, value in _assignments(node):
        if name == "_description":
            yield from _strings(value)
        elif isinstance(value, ast.Call):
            kind = _field(value)
            if kind and kind not in _WITHOUT_LABEL and not any(_label(value, kind)):
                yield value.lineno, label_of(name)


def _call(node: ast.Call, constants: Mapping[str, ast.expr]) -> Iterator[tuple[int, str]]:
    if kind := _field(node):
        for label in _label(node, kind):
            yield from _strings(label)
        for keyword in node.keywords:
            if keyword.arg in _READ_KEYWORDS - {"string"}:
                yield from _strings(keyword.value)
        if kind == "Selection":
            yield from _options(node, constants)
        return
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    position = 0 if name in _ERRORS else _FUNCTIONS.get(name)
    if position is not None and len(node.args) > position:
        yield from _strings(node.args[position])


def _field(node: ast.Call) -> str:
    """The kind of field that a call such as `fields.Char(…)` declares, else empty."""
    func = node.func
    if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id == "fields":
        return func.attr if func.attr[:1].isupper() else ""
    return ""


def _label(node: ast.Call, kind: str) -> Iterator[ast.expr]:
    position = _LABELS.get(kind, 0)
    if position is not None and len(node.args) > position:
        yield node.args[position]
    for keyword in node.keywords:
        if keyword.arg == "string":
            yield keyword.value


def _options(node: ast.Call, constants: Mapping[str, ast.expr]) -> Iterator[tuple[int, str]]:
    for options in (*node.args[1:2], *(keyword.value for keyword in node.keywords if keyword.arg == "options")):
        found = constants.get(options.id) if isinstance(options, ast.Name) else options
        if isinstance(found, ast.Dict):
            for label in found.values:
                yield from _strings(label)
        elif isinstance(found, (ast.List, ast.Tuple)):
            for pair in found.elts:
                if isinstance(pair, ast.Tuple) and len(pair.elts) == 2:
                    yield from _strings(pair.elts[1])


def _strings(node: ast.expr) -> Iterator[tuple[int, str]]:
    """A constant text; both texts of `a if … else b`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.lineno, node.value
    elif isinstance(node, ast.IfExp):
        yield from _strings(node.body)
        yield from _strings(node.orelse)


def _template(source: str) -> Iterator[tuple[int, str]]:
    for match in _CALL.finditer(source):
        text = ast.literal_eval(match[1])
        yield source.count("\n", 0, match.start()) + 1, text


def _csv(path: Path, is_read: _Reading) -> Iterator[tuple[int, str]]:
    model = path.stem.partition("-")[0]
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        columns = [name for name in reader.fieldnames or () if is_read(model, name)]
        for row in reader:
            for column in columns:
                if row[column]:
                    yield reader.line_num, row[column]


class _Xml:
    """Reads one data file: in a view every readable attribute and every text, outside it the names of records."""

    def __init__(self, is_read: _Reading) -> None:
        self.is_read = is_read
        self.found: list[tuple[int, str]] = []
        self.path: list[str] = []
        self.model = ""
        self.arch_depth = 0
        self.reads_text = False
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.parser.StartDoctypeDeclHandler = self.doctype

    def read(self, content: bytes) -> list[tuple[int, str]]:
        self.parser.Parse(content, True)
        return self.found

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.path.append(tag)
        if tag == "record":
            self.model = attributes.get("model", "")
        in_arch = bool(self.arch_depth)
        if not in_arch and (tag not in _DATA_TAGS or (tag == "field" and self.opens_arch(attributes))):
            self.arch_depth = len(self.path)
        if self.arch_depth:
            read: tuple[str, ...] = ARCH_ATTRIBUTES if tag != "field" or in_arch else ()
            self.reads_text = (
                tag not in {"script", "style"}
                and "t-esc" not in attributes
                and (tag != "attribute" or attributes.get("name") in ARCH_ATTRIBUTES)
            )
        else:
            read = _TAG_ATTRIBUTES.get(tag, ())
            given = any(name in attributes for name in ("eval", "ref", "search", "file", "type", "model"))
            self.reads_text = tag == "field" and not given and self.is_read(self.model, attributes.get("name", ""))
        for name in read:
            self.add(attributes.get(name, ""))

    @staticmethod
    def opens_arch(attributes: Mapping[str, str]) -> bool:
        return attributes.get("type") in {"xml", "html"} or attributes.get("name") == "arch"

    def end(self, tag: str) -> None:
        if len(self.path) == self.arch_depth:
            self.arch_depth = 0
        self.path.pop()
        self.reads_text = bool(self.arch_depth)

    def text(self, text: str) -> None:
        if self.reads_text:
            self.add(text)

    def doctype(self, *_: object) -> None:
        raise ValueError("a data file has no DOCTYPE")

    def add(self, text: str) -> None:
        if joined := " ".join(text.split()):
            self.found.append((self.parser.CurrentLineNumber, joined))
