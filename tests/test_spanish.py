"""Every text that people may read has its Spanish in the catalogues: messages, templates, manifests."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po
from lxml import etree

ROOT = Path(__file__).parent.parent
TOLD = frozenset(["_", "say", "mark", "N_"])
ERRORS = frozenset(
    ["UserError", "ValidationError", "AccessError", "MissingError", "AccessDenied", "ConflictError", "Check", "Unique"]
)
IN_TEMPLATE = re.compile(r"""(?<![\w.])_\(\s*(["'])(.*?)\1""")


def known() -> set[str]:
    """All texts that have a translation."""
    found: set[str] = set()
    for path in ROOT.glob("addons/*/i18n/es.po"):
        with path.open("rb") as file:
            for entry in read_po(file):
                if entry.id and all([entry.string] if isinstance(entry.string, str) else entry.string):
                    found |= {entry.id} if isinstance(entry.id, str) else set(entry.id)
    return found


def texts_of(path: Path) -> Iterator[str]:
    """The texts that a Python file tells people."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name not in TOLD | ERRORS:
            continue
        for argument in node.args[1 if name == "Check" else 0 : 2]:
            for part in (argument.body, argument.orelse) if isinstance(argument, ast.IfExp) else (argument,):
                said = isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value.strip()
                # A single word in an error is the name of something, not what it says.
                if said and (name in TOLD or " " in said):
                    yield part.value


SHOWN = ("string", "help", "placeholder", "confirm", "sum", "avg", "label")


def labels_of(path: Path) -> Iterator[str]:
    """Labels and helps of the fields of a model, and what models are called."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "_description":
            yield from (part.value for part in ast.walk(node.value) if isinstance(part, ast.Constant))
        if not isinstance(node, ast.Call) or getattr(getattr(node.func, "value", None), "id", "") != "fields":
            continue
        parts = [argument for argument in node.args if isinstance(argument, ast.Constant)][:1]
        parts += [word.value for word in node.keywords if word.arg in ("string", "help")]
        yield from (part.value for part in parts if isinstance(part, ast.Constant) and str(part.value)[:1].isupper())


def views_of(path: Path) -> Iterator[str]:
    """What the views, actions and menus of a file show."""
    for node in etree.parse(path).iter(etree.Element):
        yield from (node.get(name, "") for name in SHOWN)
        if node.tag in ("menu", "action"):
            yield node.get("name", "")


def test_every_label_and_view_has_its_spanish() -> None:
    catalogue = known()
    missing = []
    for path in sorted(ROOT.glob("addons/*/models/*.py")) + sorted(ROOT.glob("addons/*/wizards/*.py")):
        missing += [f"{path.relative_to(ROOT)}: {text}" for text in labels_of(path) if text not in catalogue]
    for path in sorted(ROOT.glob("addons/*/views/*.xml")):
        missing += [f"{path.relative_to(ROOT)}: {text}" for text in views_of(path) if text and text not in catalogue]
    assert not missing, "\n".join(missing)


def test_every_message_and_template_has_its_spanish() -> None:
    catalogue = known()
    missing = []
    for room in ("core", "addons"):
        for path in sorted((ROOT / room).rglob("*.py")):
            if "tests" in path.parts or "scaffold" in path.parts or path.is_relative_to(ROOT / "core/cli"):
                continue
            missing += [f"{path.relative_to(ROOT)}: {text}" for text in texts_of(path) if text not in catalogue]
    for path in sorted(ROOT.glob("core/http/templates/*.html")):
        missing += [
            f"{path.name}: {text}" for _, text in IN_TEMPLATE.findall(path.read_text("utf-8")) if text not in catalogue
        ]
    assert not missing, "\n".join(missing)


def test_scripts_have_no_words_of_their_own() -> None:
    """What a script says comes from the page, in the language of its reader."""
    words = re.compile(r"""(?:textContent|placeholder|title|notice\(|confirm\()\s*=?\s*["'`]([A-Z]\w+)""")
    for path in ROOT.glob("core/http/static/js/*.js"):
        source = path.read_text("utf-8")
        assert not words.findall(source), path.name
        used = set(re.findall(r"grial\.words\.(\w+)", source))
        frame = (ROOT / "core/http/templates/frame.html").read_text("utf-8")
        for word in used:
            name = re.sub(r"([A-Z])", lambda found: f"-{found[1].lower()}", word)
            assert f"data-{name}=" in frame, f"{path.name}: {word}"
