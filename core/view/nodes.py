"""The typed parts of a view, ready for renderers: what `core.view.arch.parse` makes of an arch in either dialect.

Conditions are compiled, contexts and domains are expressions still to be evaluated with the reader's names. Parts that
the reader's groups may not see are removed before an arch is parsed, so that nothing here knows of groups.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from core.kernel.expression import Expression
from core.view.modifiers import PLAIN, Decoration, Modifiers

ButtonKind = Literal["object", "action", "workflow", "cancel", "save", "open", "edit", "delete", "url"]
Chart = Literal["bar", "line", "pie", "area"]
AxisRole = Literal["row", "col", "measure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Any part of a view: its line in the arch, its CSS classes and its conditions."""

    line: int = 0
    css: str = ""
    modifiers: Modifiers = PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Container(Node):
    """A part that holds others."""

    children: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldNode(Node):
    """A field of the record.

    `views` are its inline sub-views by type. `readonly` and `required` of the modifiers are None where the field's own
    definition decides. `options` is the widget's mapping; `extra` keeps attributes that only a widget understands.
    """

    name: str
    label: str = ""
    nolabel: bool = False
    widget: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    placeholder: str = ""
    help: str = ""
    colspan: int = 0
    domain: Expression | None = None
    context: Expression | None = None
    statusbar_visible: tuple[str, ...] = ()
    aggregates: Mapping[str, str] = field(default_factory=dict)
    optional: str = ""
    password: bool = False
    filename: str = ""
    mode: tuple[str, ...] = ()
    views: Mapping[str, View] = field(default_factory=dict)
    decorations: tuple[Decoration, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonNode(Node):
    """A button: a method (`object`), an action by id or external id, a workflow signal, or a way out of a dialog.

    `children` are what a link-like button of a card shows instead of a label.
    """

    name: str = ""
    label: str = ""
    kind: ButtonKind = "workflow"
    icon: str = ""
    confirm: str = ""
    help: str = ""
    primary: bool = False
    context: Expression | None = None
    args: Expression | None = None
    children: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelNode(Container):
    """The label of a field, or a text of its own."""

    for_field: str = ""
    text: str = ""
    colspan: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TextNode(Node):
    """Plain text between elements."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlNode(Container):
    """An allowed HTML element; `attributes` are already cleaned."""

    tag: str
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeparatorNode(Node):
    """A titled line, or a vertical one."""

    title: str = ""
    vertical: bool = False
    colspan: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewlineNode(Node):
    """Ends the row of a group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupNode(Container):
    """Fields with labels in `columns` columns of label and value; 0 where the renderer decides."""

    title: str = ""
    columns: int = 0
    colspan: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageNode(Container):
    """One tab of a notebook."""

    title: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotebookNode(Node):
    """Tabs."""

    pages: tuple[PageNode, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderNode(Container):
    """The bar of buttons and states above a form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetNode(Container):
    """The paper of a form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FooterNode(Container):
    """The buttons below a dialog."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WidgetNode(Node):
    """A part with a renderer of its own: `<chatter/>`, `<widget name="…"/>`, an `<action>` of a dashboard."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What all types of views share. `reads` are the fields of the model that the view or its conditions need.

    `create`, `edit` and `delete` are False where the view forbids it; rights are checked apart from them.
    """

    type: str
    title: str = ""
    css: str = ""
    create: bool = True
    edit: bool = True
    delete: bool = True
    reads: frozenset[str] = frozenset()
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView(View):
    """A form. `columns` is set for the old layout, where fields with labels stand directly in the form."""

    type: str = "form"
    header: HeaderNode | None = None
    children: tuple[Node, ...] = ()
    footer: FooterNode | None = None
    columns: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ListView(View):
    """A list. Its columns are fields and buttons; `buttons` are those above it."""

    type: str = "list"
    columns: tuple[FieldNode | ButtonNode, ...] = ()
    buttons: tuple[ButtonNode, ...] = ()
    editable: Literal["", "top", "bottom"] = ""
    multi_edit: bool = False
    decorations: tuple[Decoration, ...] = ()
    default_order: str = ""
    default_group_by: str = ""
    limit: int = 0
    parent_field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchField(Node):
    """A field to type a search for. `filter_domain` is evaluated with `self`, what was typed."""

    name: str
    label: str = ""
    operator: str = ""
    filter_domain: Expression | None = None
    domain: Expression | None = None
    context: Expression | None = None
    widget: str = ""
    default_focus: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFilter(Node):
    """A ready-made filter or grouping. Filters of one `section` are alternatives, sections are combined with "and"."""

    name: str
    label: str = ""
    help: str = ""
    icon: str = ""
    domain: Expression | None = None
    context: Expression | None = None
    group_by: tuple[str, ...] = ()
    date_field: str = ""
    section: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchView(View):
    """Fields to search by, filters and groupings, in their order; `panel` are the fields of a side panel."""

    type: str = "search"
    fields: tuple[SearchField, ...] = ()
    filters: tuple[SearchFilter, ...] = ()
    panel: tuple[FieldNode, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KanbanView(View):
    """A board of cards. `card` is what one card shows; `color_field` colours it."""

    type: str = "kanban"
    fields: tuple[FieldNode, ...] = ()
    card: tuple[Node, ...] = ()
    default_group_by: str = ""
    default_order: str = ""
    quick_create: bool = True
    color_field: str = ""
    progress_field: str = ""
    progress_colors: Mapping[str, str] = field(default_factory=dict)
    sum_field: str = ""
    draggable: bool = True
    limit: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis(Node):
    """A field of a graph or pivot: what it groups by, or what it adds up."""

    name: str
    role: AxisRole
    label: str = ""
    interval: str = ""
    operator: str = "sum"


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphView(View):
    """A chart."""

    type: str = "graph"
    chart: Chart = "bar"
    stacked: bool = False
    horizontal: bool = False
    axes: tuple[Axis, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PivotView(View):
    """A cross table."""

    type: str = "pivot"
    axes: tuple[Axis, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarView(View):
    """Records on a calendar (or, for type gantt, on a time line). `date_delay` names a field with hours."""

    type: str = "calendar"
    date_start: str = ""
    date_stop: str = ""
    date_delay: str = ""
    all_day: str = ""
    color: str = ""
    mode: str = ""
    group_by: str = ""
    quick_create: bool = True
    fields: tuple[FieldNode, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherView(View):
    """A view type that an addon brings: its attributes and fields, for the addon's renderer."""

    attributes: Mapping[str, str] = field(default_factory=dict)
    fields: tuple[FieldNode, ...] = ()


def walk(nodes: tuple[Node, ...]) -> Iterator[Node]:
    """Every node below, in document order; inline sub-views are not entered."""
    for node in nodes:
        yield node
        if isinstance(node, (Container, ButtonNode)):
            yield from walk(node.children)
        elif isinstance(node, NotebookNode):
            yield from walk(node.pages)
