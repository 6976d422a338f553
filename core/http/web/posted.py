"""Reads a posted form: texts become values, lines become commands, refusals stay with their inputs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import FileStorage, MultiDict

from core.errors import GrialError
from core.http.web.choosing import domain_of, field_nodes
from core.http.web.inputs import State
from core.http.web.lines import line_views
from core.http.web.plain_html import as_html, as_text
from core.http.web.render import say
from core.http.web.shown import widget_of
from core.http.web.typed import Ambiguous, find, parse
from core.orm.kept import SYSTEM
from core.view import nodes
from core.view.resolve import Resolved

if TYPE_CHECKING:
    from core.orm.env import Env

_LINE = re.compile(r"(\d{1,5})\.(.+)")
MOST_LINES = 2_000


@dataclass
class Line:
    """A line as it was posted: `id` is 0 for a new one."""

    key: str
    id: int
    values: dict[str, Any]
    removed: bool = False


@dataclass
class Posted:
    """What a form sent.

    Attributes:
        values: of plain fields and of links, in edge form.
        lines: of one2many fields.
        original: the values the form was opened with, by field; those of lines by field and id.
        changed: names of the inputs that changed since the last answer.
        fresh: by many2many, names of records that saving makes.
        script: does our script take part? Without it nobody has asked for on-changes on the way.
    """

    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, list[Line]] = field(default_factory=dict)
    original: dict[str, Any] = field(default_factory=dict)
    line_original: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    state: State = field(default_factory=State)
    changed: tuple[str, ...] = ()
    version: int = 0
    script: bool = False
    keep: dict[str, str] = field(default_factory=dict)
    fresh: dict[str, list[str]] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        """Could something not be read?"""
        return bool(self.state.errors)


class Reader:
    """Reads the fields of one form.

    Args:
        env: the reader.
        resolved: the form that was shown.
        form, files: what the browser sent.
        translate: turns an error into the reader's words.
    """

    def __init__(
        self,
        env: Env,
        resolved: Resolved,
        form: MultiDict[str, str],
        files: MultiDict[str, FileStorage],
        translate: Any,
    ) -> None:
        self.env, self.resolved, self.form, self.files, self.translate = env, resolved, form, files, translate
        self.posted = Posted()

    def read(self) -> Posted:
        """Everything the form sent."""
        posted = self.posted
        form = self.form
        posted.script = form.get("_script") == "1"
        posted.changed = tuple(dict.fromkeys(form.getlist("_changed")))[:200]
        posted.version = int(form.get("row_version", "")) if form.get("row_version", "").isdigit() else 0
        posted.keep = {k.removeprefix("_keep."): v for k, v in form.items() if k.startswith("_keep.")}
        posted.state.tabs = {k: v for k, v in form.items() if k.startswith("_tab.")}
        original = _json(form.get("_original", ""))
        posted.line_original = {k: v for k, v in original.pop("_lines", {}).items() if isinstance(v, dict)}
        posted.original = original
        posted.values = self._record(self.resolved.model, field_nodes(self.resolved.view), "", {})
        return posted

    def _record(
        self, model: str, known: Mapping[str, nodes.FieldNode], prefix: str, parent: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The values of one record: first what stands for itself, then links, whose domains may need the rest."""
        fields = self.env.registry[model].fields
        present = [name for name in self._names(prefix) if name in fields and name not in SYSTEM]
        values: dict[str, Any] = {}
        links: list[str] = []
        for name in present:
            bound: Any = fields[name]
            if not self.env.field_open(bound):
                continue
            if bound.type == "one2many":
                if not prefix:
                    self._lines(name, bound, known.get(name), values)
            elif bound.relational and bound.type != "reference":
                links.append(name)
            else:
                self._plain(bound, known.get(name), prefix, values)
        for name in links:
            self._link(fields[name], known.get(name), prefix, values, parent)
        return values

    def _names(self, prefix: str) -> list[str]:
        """The fields that the form has inputs for."""
        found: dict[str, None] = {}
        for key in (*self.form.keys(), *self.files.keys()):
            if not key.startswith(prefix) or key.startswith("_"):
                continue
            found[key[len(prefix) :].partition(".")[0]] = None
        return list(found)

    def _plain(self, bound: Any, node: nodes.FieldNode | None, prefix: str, values: dict[str, Any]) -> None:
        name = prefix + bound.name
        if bound.type in ("binary", "image"):
            upload = self.files.get(name)
            if upload is not None and upload.filename:
                values[bound.name] = upload.read()
                if node is not None and node.filename in self.env.registry[bound.model].fields:
                    values[node.filename] = upload.filename
            elif self.form.get(f"{name}.clear"):
                values[bound.name] = False
            return
        texts = self.form.getlist(name)
        if not texts:
            return
        text = texts[-1]
        try:
            value = parse(self.env, bound, text, widget_of(bound, node.widget if node is not None else ""))
        except GrialError as error:
            self._refuse(name, text, self.translate(error))
            return
        if bound.type == "html":
            value = as_html(text)
        values[bound.name] = value

    def _link(
        self, bound: Any, node: nodes.FieldNode | None, prefix: str, values: dict[str, Any], parent: Mapping[str, Any]
    ) -> None:
        name = prefix + bound.name
        typed = self.form.get(f"{name}.text")
        domain = domain_of(self.env, bound, node, values, parent or None)
        if bound.type == "many2many":
            if name not in self.form:
                return
            ids = [int(text) for text in self.form.getlist(name) if text.isdigit()]
            for text in (part.strip() for part in (typed or "").split(",")):
                if text:
                    ids += self._tag(bound, node, name, text, domain)
            values[bound.name] = list(dict.fromkeys(ids))
            return
        pick = self.form.get(f"{name}.pick", "")
        chosen = pick or next((text for text in reversed(self.form.getlist(name)) if text), "")
        record_id = int(chosen) if chosen.isdigit() else 0
        if typed is not None:
            text = typed.strip()
            known = record_id and (pick or self.posted.script or self._is(bound, record_id, text))
            if not text and not pick:
                record_id = 0
            elif text and not known:
                found = self._found(bound, name, text, domain)
                if not found:
                    return
                record_id = found[0]
        elif name not in self.form:
            return
        values[bound.name] = record_id or False

    def _is(self, bound: Any, record_id: int, text: str) -> bool:
        record: Any = self.env[bound.comodel].browse(record_id).exists()
        return bool(record) and record.display_name == text

    def _found(self, bound: Any, name: str, text: str, domain: list[Any]) -> list[int]:
        """The record a typed name means; none, and a refusal, when it is not clear."""
        try:
            return [find(self.env, bound.comodel, text, domain)]
        except Ambiguous as several:
            self.posted.state.choices[name] = several.choices
            self._refuse(name, text, say("“{text}” means several records: choose one.", text=text))
        except GrialError as error:
            self._refuse(name, text, self.translate(error))
        return []

    def _tag(self, bound: Any, node: nodes.FieldNode | None, name: str, text: str, domain: list[Any]) -> list[int]:
        """The tag of a typed name; one that there is not yet is made when the form is saved."""
        closed = node is not None and (node.options.get("no_create") or node.options.get("no_quick_create"))
        if "." in name or closed or not self.env.may(bound.comodel, "create"):
            return self._found(bound, name, text, domain)
        try:
            return [find(self.env, bound.comodel, text, domain, exact=True)]
        except (Ambiguous, GrialError):
            self.posted.fresh.setdefault(bound.name, []).append(text)
            self.posted.state.typed[name] = ", ".join(self.posted.fresh[bound.name])
        return []

    def _refuse(self, name: str, text: str, why: str) -> None:
        self.posted.state.errors[name] = why
        self.posted.state.typed[name] = text

    def _lines(self, name: str, bound: Any, node: nodes.FieldNode | None, values: Mapping[str, Any]) -> None:
        keys: dict[str, None] = {}
        for key in (*self.form.keys(), *self.files.keys()):
            match = _LINE.fullmatch(key[len(name) + 1 :]) if key.startswith(f"{name}.") else None
            if match:
                keys[match[1]] = None
        listed, formed = line_views(self.env, node or nodes.FieldNode(name=name), bound)
        known = {**field_nodes(listed.view), **field_nodes(formed.view)}
        found: list[Line] = []
        for key in list(keys)[:MOST_LINES]:
            prefix = f"{name}.{key}."
            text = self.form.get(f"{prefix}id", "")
            record_id = int(text) if text.isdigit() else 0
            if self.form.get(f"{prefix}_remove"):
                found.append(Line(key, record_id, {}, removed=True))
                continue
            if self.form.get(f"{prefix}_open"):
                self.posted.state.opened.add(f"{name}.{key}")
            inner = self._record(bound.comodel, known, prefix, values)
            inner.pop(getattr(bound, "inverse_name", ""), None)
            found.append(Line(key, record_id, inner))
        self.posted.lines[name] = found


def _json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def comparable(env: Env, bound: Any, value: Any) -> Any:
    """A value as `original_of` writes it, so that both can be compared."""
    if bound.type == "many2many":
        return sorted(int(one) for one in value or ())
    if bound.type in ("char", "text", "html", "selection"):
        return value or False
    raw = bound.to_raw(value, env)
    if bound.type in ("date", "datetime"):
        return raw.isoformat() if raw else False
    if bound.type == "integer":
        return int(raw or 0)
    if bound.type in ("float", "decimal", "monetary"):
        return float(raw or 0)
    return raw or False


def same(env: Env, bound: Any, value: Any, original: Any) -> bool:
    """Is a posted value what the form was opened with?"""
    if bound.type == "many2many":
        return bool(comparable(env, bound, value) == sorted(original or ()))
    if bound.type in ("integer", "float", "decimal", "monetary"):
        # An input shows at most six decimals.
        return abs(float(comparable(env, bound, value)) - float(original or 0)) < 5e-7
    if bound.type == "html":
        return as_text(value or "").strip() == as_text(original or "").strip()
    if bound.type == "text":
        return bool((value or "").strip() == (original or "").strip().replace("\r\n", "\n"))
    if bound.type == "datetime":
        # A form shows no seconds.
        return str(comparable(env, bound, value))[:16] == str(original)[:16]
    return bool(comparable(env, bound, value) == original)


def changes(env: Env, model: str, values: Mapping[str, Any], original: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the values that a person has changed."""
    fields = env.registry[model].fields
    found: dict[str, Any] = {}
    for name, value in values.items():
        bound: Any = fields[name]
        if bound.type in ("binary", "image") or name not in original or not same(env, bound, value, original[name]):
            found[name] = value
    return found


def commands(env: Env, model: str, lines: Iterable[Line], original: Mapping[str, Mapping[str, Any]]) -> list[list[Any]]:
    """The commands that make stored lines what was posted."""
    found: list[list[Any]] = []
    for line in lines:
        if line.removed:
            if line.id:
                found.append([2, line.id, False])
        elif line.id:
            changed = changes(env, model, line.values, original.get(str(line.id), {}))
            if changed:
                found.append([1, line.id, set_links(env, model, changed)])
        else:
            found.append([0, 0, set_links(env, model, line.values)])
    return found


def set_links(env: Env, model: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as the ORM takes them: lists of ids as commands."""
    fields = env.registry[model].fields
    return {name: [(6, 0, value)] if fields[name].type == "many2many" else value for name, value in values.items()}
