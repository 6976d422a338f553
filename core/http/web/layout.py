"""Lays a form out: the nodes of its view and the values of a record become the pieces that the templates draw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from core.errors import AccessError
from core.http.web.choosing import all_nodes
from core.http.web.inputs import Inputs, Place, State
from core.http.web.pages.field import FieldView
from core.http.web.pages.form import Box, Button, Cell, Group, Notebook, Piece, Separator, Tab, Text
from core.http.web.query import link
from core.http.web.shown import Shower, widget_of
from core.http.web.window import names_of
from core.orm.edge import value_of
from core.view import nodes
from core.view.modifiers import names_of as values_of
from core.view.resolve import Resolved

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.model import Model

_INLINE = frozenset(
    ["span", "b", "strong", "i", "em", "small", "u", "a", "abbr", "code", "mark", "time", "sub", "sup", "s", "kbd"]
)
_WHILE = {"oe_edit_only": True, "oe_read_only": False}
_SKIPPED = frozenset(["mail_thread", "mail_followers"])


@dataclass
class Layout:
    """Lays out one record.

    Attributes:
        env: of the record: in a form that is being edited, that of its draft.
        resolved: the form, or the list whose line it is.
        editing: inputs instead of values.
        prefix: of the names of inputs, inside a line.
        parent: values of the record whose line it is.
        heading: what the page is called; a form to read does not say it again in its title.
        entered: fields of the draft that were set by hand or by an on-change; they are carried along where they are not
            seen.
    """

    env: Env
    resolved: Resolved
    record: Model
    state: State
    editing: bool = False
    record_id: int = 0
    prefix: str = ""
    path: str = ""
    model: str = ""
    view_id: int = 0
    parent: Mapping[str, Any] | None = None
    heading: str = ""
    entered: frozenset[str] = frozenset()
    writable: bool = True

    def __post_init__(self) -> None:
        self.info = self.env.registry[self.record._name]
        self.model = self.model or self.record._name
        self.view_id = self.view_id or self.resolved.view_id
        self.inputs = Inputs(self.env, self.state)
        self.shower = Shower(self.env)
        self.place = Place(self.model, self.view_id, self.record_id, self.prefix, self.path)
        self.notebooks = 0
        self.in_title = False
        self.shortcuts: list[Button] = []
        self.drawn: set[str] = set()
        self.labelled = {node.for_field for node in all_nodes(self.resolved.view) if isinstance(node, nodes.LabelNode)}
        kinds = {name: self.info.fields[name].type for name in self.resolved.view.reads if name in self.info.fields}
        self.kinds = {n: kind for n, kind in kinds.items() if kind not in ("binary", "image") and n != "id"}
        self._values: dict[str, Any] | None = None

    @property
    def values(self) -> dict[str, Any]:
        """What conditions are evaluated on."""
        if self._values is None:
            values: dict[str, Any] = {}
            for name in self.kinds:
                try:
                    values[name] = value_of(self.record, name)
                except AccessError:
                    values[name] = False
            environment = names_of(self.env, id=self.record_id or False, active_id=self.record_id or False)
            self._values = values_of(values, self.kinds, environment, self.parent)
        return self._values

    def hidden(self, node: nodes.Node) -> bool:
        """Is a part not to be seen?"""
        if any(_WHILE.get(name, self.editing) != self.editing for name in node.css.split()):
            return True
        return node.modifiers.invisible.holds(self.values)

    def readonly(self, node: nodes.FieldNode, bound: Any) -> bool:
        """May the field not be changed here?"""
        if not self.writable or not bound.writable or (bound.computed and not bound.inverse_method and bound.readonly):
            return True
        condition = node.modifiers.readonly
        return bool(bound.readonly) if condition is None else condition.holds(self.values)

    def required(self, node: nodes.FieldNode, bound: Any) -> bool:
        """Must it be filled in?"""
        condition = node.modifiers.required
        return bool(bound.required) or (condition is not None and condition.holds(self.values))

    # Pieces.

    def pieces(self, children: Iterable[nodes.Node], labelled: bool = False) -> tuple[Piece, ...]:
        """The pieces of some nodes; `labelled` says that fields show their labels."""
        found: list[Piece] = []
        for node in children:
            found += self.piece(node, labelled)
        return tuple(found)

    def piece(self, node: nodes.Node, labelled: bool) -> list[Piece]:
        """The pieces of one node; none when it is not seen."""
        if self.hidden(node):
            return []
        if isinstance(node, nodes.FieldNode):
            return self.cell(node, labelled)
        if isinstance(node, nodes.GroupNode):
            return self.group(node)
        if isinstance(node, nodes.NotebookNode):
            return self.notebook(node)
        if isinstance(node, nodes.ButtonNode):
            return [self.button(node)]
        if isinstance(node, nodes.SeparatorNode):
            return [Separator(node.title)]
        if isinstance(node, nodes.LabelNode):
            return self.label(node)
        if isinstance(node, nodes.TextNode):
            return [Text(node.text.strip(), "span")] if node.text.strip() else []
        if isinstance(node, nodes.HtmlNode):
            return self.html(node)
        if isinstance(node, (nodes.SheetNode, nodes.HeaderNode, nodes.FooterNode)):
            return list(self.pieces(node.children, labelled))
        return []

    def cell(self, node: nodes.FieldNode, labelled: bool) -> list[Piece]:
        """A field with or without its label."""
        if self.said(node.name):
            return []
        shown = self.field(node)
        if shown is None or (not self.editing and shown.empty and (self.in_title or "oe_avatar" in node.css)):
            return []
        if shown.widget == "boolean" and not node.nolabel and node.name not in self.labelled:
            labelled = True
        span = 2 if node.colspan >= 4 else 1
        if shown.lines is not None or (shown.widget in ("text", "html") and node.nolabel):
            span = 2
        return [Cell(shown.using(nolabel=not labelled or node.nolabel), span)]

    def said(self, name: str) -> bool:
        """Does the heading of the page say already what a title to read would repeat?"""
        if not self.in_title or self.editing or name != self.info.rec_name or name not in self.info.fields:
            return False
        return self.shower.text(self.info.fields[name], self.record) == self.heading

    def field(self, node: nodes.FieldNode) -> FieldView | None:
        """The field, to read or to write; None for what this client does not draw."""
        bound: Any = self.info.fields.get(node.name)
        if bound is None or node.widget in _SKIPPED:
            return None
        readonly = not self.editing or self.readonly(node, bound)
        if bound.type == "one2many" or (
            bound.type == "many2many" and widget_of(bound, node.widget) in ("many2many", "one2many")
        ):
            return self.lines(node, bound, readonly)
        if readonly:
            return self.reading(node, bound)
        self.drawn.add(bound.name)
        required = self.required(node, bound)
        return self.inputs.view(
            bound, self.record, node, self.place, self.values, required=required, parent=self.parent
        )

    def reading(self, node: nodes.FieldNode, bound: Any) -> FieldView:
        """The field, to read; a click on it starts editing where it may be changed."""
        try:
            shown = self.shower.view(bound, self.record, node)
        except AccessError:
            return FieldView(self.prefix + node.name, self.shower.label(bound, node))
        tone = next((d.kind for d in node.decorations if d.when.holds(self.values)), "")
        posted = self.editing and bound.name in self.entered and not bound.computed and not bound.to_many
        if posted:
            self.drawn.add(bound.name)
        editable = not self.editing and self.writable and not self.prefix and not self.readonly(node, bound)
        changes: dict[str, Any] = {
            "name": self.prefix + bound.name,
            "help": node.help,
            "editable": editable,
            "posted": posted,
        }
        if posted:
            changes["raw"] = self.shower.posted(bound, self.record)
        if tone in ("danger", "warning", "success"):
            changes["tone"] = tone
        return shown.using(**changes)

    def lines(self, node: nodes.FieldNode, bound: Any, readonly: bool) -> FieldView | None:
        """A table of lines."""
        from core.http.web.lines import lines_of

        return lines_of(self, node, bound, readonly)

    def carried(self, known: Iterable[str]) -> tuple[FieldView, ...]:
        """Fields that were set but are not drawn, as hidden inputs, so that nothing set by an on-change gets lost."""
        found: list[FieldView] = []
        for name in sorted(self.entered - self.drawn):
            bound: Any = self.info.fields.get(name)
            if (
                bound is None
                or name not in known
                or bound.to_many
                or bound.type in ("binary", "image")
                or bound.computed
            ):
                continue
            found.append(
                FieldView(self.prefix + name, "", "hidden", "hidden", raw=self.shower.posted(bound, self.record))
            )
        return tuple(found)

    def label(self, node: nodes.LabelNode) -> list[Piece]:
        """The label of a field, or words."""
        if self.said(node.for_field):
            return []
        bound = self.info.fields.get(node.for_field) if node.for_field else None
        text = node.text or (self.shower.label(bound) if bound is not None else "")
        if not text:
            return list(self.pieces(node.children))
        linked = f"i-{self.prefix}{node.for_field}" if self.editing and bound is not None and not bound.readonly else ""
        return [Text(text, "p", linked, f"label {node.css}".strip())]

    def group(self, node: nodes.GroupNode) -> list[Piece]:
        """A group: of fields, or of groups side by side."""
        seen = [child for child in node.children if not self.hidden(child)]
        if not seen:
            return []
        if any(isinstance(child, nodes.GroupNode) for child in seen):
            items: list[Piece] = []
            loose: list[nodes.Node] = []
            for child in [*seen, None]:
                if child is not None and not isinstance(
                    child, (nodes.GroupNode, nodes.NotebookNode, nodes.SeparatorNode)
                ):
                    loose.append(child)
                    continue
                if loose:
                    items.append(Group(self.pieces(loose, True)))
                    loose = []
                if child is not None:
                    items += self.piece(child, True)
            shown = tuple(self._spanned(item, child) for item, child in _paired(items, seen))
            return (
                [Group(shown, node.title, min(node.columns or 2, 4), True, 1, css_classes(node.css))] if shown else []
            )
        items_ = self.pieces(seen, True)
        if not items_:
            return []
        columns = max(1, (node.columns or 2) // 2)
        return [Group(items_, node.title, min(columns, 2), False, node.colspan or 1, css_classes(node.css))]

    def _spanned(self, item: Piece, child: nodes.Node | None) -> Piece:
        if isinstance(item, Group) and isinstance(child, nodes.GroupNode) and child.colspan > 1:
            return replace(item, span=min(child.colspan, 4))
        return item

    def notebook(self, node: nodes.NotebookNode) -> list[Piece]:
        """Tabs; the one seen last stays in front, unless another holds a refused field."""
        self.notebooks += 1
        name = f"_tab.{self.prefix}{self.notebooks}"
        tabs: list[Tab] = []
        for page in node.pages:
            if self.hidden(page):
                continue
            items = (
                self.pieces(page.children, True)
                if _grouped(page.children)
                else (Group(self.pieces(page.children, True)),)
            )
            if not any(True for _ in _filled(items)):
                continue
            tabs.append(Tab(page.title or page.name, items, errors=sum(1 for shown in fields_in(items) if shown.error)))
        if not tabs:
            return []
        wanted = self.state.tabs.get(name, "1")
        front = int(wanted) - 1 if wanted.isdigit() and 0 < int(wanted) <= len(tabs) else 0
        if not tabs[front].errors:
            front = next((place for place, tab in enumerate(tabs) if tab.errors), front)
        return [Notebook(name, tuple(replace(tab, active=place == front) for place, tab in enumerate(tabs)))]

    def html(self, node: nodes.HtmlNode) -> list[Piece]:
        """Free markup: titles, boxes of buttons, paragraphs."""
        if "oe_button_box" in node.css or node.attributes.get("name") == "button_box":
            self.shortcuts += [item for item in self.pieces(node.children) if isinstance(item, Button)]
            return []
        above, self.in_title = self.in_title, self.in_title or "oe_title" in node.css
        items = self.pieces(node.children)
        self.in_title = above
        if node.tag == "hr":
            return [Separator()]
        if node.tag == "a" and node.attributes.get("href"):
            text = " ".join(item.text for item in items if isinstance(item, Text))
            return [Button(text or node.attributes["href"], node.attributes["href"], link=True)]
        if not items:
            return []
        if all(isinstance(item, Text) and not item.field_id for item in items):
            text = " ".join(item.text for item in items if isinstance(item, Text))
            return [Text(text, node.tag, "", css_classes(node.css))]
        return [Box(items, node.tag if node.tag not in _INLINE else "span", css_classes(node.css))]

    def button(self, node: nodes.ButtonNode) -> Button:
        """A button of the form."""
        count = ""
        label = node.label
        for child in nodes.walk(node.children):
            if isinstance(child, nodes.FieldNode) and child.name in self.info.fields:
                count = self.shower.text(self.info.fields[child.name], self.record, child.widget)
                label = label or child.label or self.shower.label(self.info.fields[child.name])
            elif isinstance(child, nodes.TextNode) and not node.label:
                label = f"{label} {child.text}".strip()
        if node.kind == "url":
            return Button(label or node.name, node.name, node.name, node.primary, link=True, help=node.help)
        record = self.record_id or "new"
        url = link(f"/web/{self.model}/{record}/button/{node.name or '_'}", kind=node.kind, view=self.view_id or "")
        return Button(
            label or node.name, url, node.name, node.primary, icon="", confirm=node.confirm, help=node.help, count=count
        )

    def may_edit(self) -> bool:
        """May the reader change the record, as far as view and rights of the model go?"""
        return self.info.stored and self.resolved.view.edit and self.env.may(self.info.name, "write")


def css_classes(css: str) -> str:
    """The classes of the view that our style knows."""
    return " ".join(
        name
        for name in css.split()
        if name in ("oe_title", "oe_inline", "oe_left", "oe_right", "oe_grey", "text-muted")
    )


def _grouped(children: Sequence[nodes.Node]) -> bool:
    """Does a page hold anything that brings its own layout?"""
    return any(isinstance(child, (nodes.GroupNode, nodes.NotebookNode, nodes.HtmlNode)) for child in children)


def _paired(items: Sequence[Piece], children: Sequence[nodes.Node]) -> list[tuple[Piece, nodes.Node | None]]:
    """The pieces of a group with the nodes they come from, where that is known."""
    groups = iter([child for child in children if isinstance(child, nodes.GroupNode)])
    return [
        (item, next(groups, None) if isinstance(item, Group) and (item.label or item.items) else None) for item in items
    ]


def fields_in(items: Iterable[Any]) -> Iterable[FieldView]:
    """Every field below some pieces, lines included."""
    for item in items:
        if isinstance(item, Cell):
            yield item.field
            if item.field.lines is not None:
                for line in item.field.lines.rows:
                    yield from line.cells
                    yield from fields_in(line.pieces)
        elif isinstance(item, (Group, Box)):
            yield from fields_in(item.items)
        elif isinstance(item, Notebook):
            for tab in item.tabs:
                yield from fields_in(tab.items)


def _filled(items: Iterable[Any]) -> Iterable[Any]:
    """Pieces that show something."""
    for item in items:
        if isinstance(item, (Group, Box)):
            yield from _filled(item.items)
        else:
            yield item
