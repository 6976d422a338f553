"""The pipeline board: columns by stage with their cards, totals and shares; cards move by drag, by key or by form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from core.errors import AccessError
from core.http.web.layout import css_classes
from core.http.web.listing import group_key, group_title, heading
from core.http.web.pages.board import BoardColumn, BoardPage, Card
from core.http.web.pages.field import FieldView
from core.http.web.query import Query
from core.http.web.searchbar import bar, group_label
from core.http.web.searching import Search, groupable, ordered
from core.http.web.shown import NUMBERS, Shower
from core.http.web.window import names_of
from core.orm.domain import Domain
from core.orm.edge import value_of
from core.view import nodes
from core.view.modifiers import names_of as values_of
from core.view.resolve import Resolved

if TYPE_CHECKING:
    from core.orm.model import Model

CARDS = 40
_BLOCKS = frozenset(
    [
        "div",
        "p",
        "li",
        "tr",
        "footer",
        "header",
        "section",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "table",
        "tbody",
    ]
)
_TITLES = frozenset(["strong", "b", "h1", "h2", "h3", "h4"])


class Board:
    """One board for one reader."""

    def __init__(self, found: Search, resolved: Resolved) -> None:
        view = resolved.view
        assert isinstance(view, nodes.KanbanView)
        self.found, self.view, self.query = found, view, found.query
        self.env = found.env.with_context(**{**found.window.context, **found.context})
        self.model = found.window.model
        self.info = self.env.registry[self.model]
        self.shower = Shower(self.env)
        self.names = names_of(self.env)
        self.reads = [name for name in resolved.reads if name in self.info.fields]
        self.kinds = {
            n: self.info.fields[n].type for n in self.reads if self.info.fields[n].type not in ("binary", "image")
        }
        wanted = next(iter(found.groups), "") or view.default_group_by
        self.by = wanted if wanted and groupable(self.env, self.model, wanted) else ""
        self.order = ordered(self.env, self.model, self.query.get("sort"), view.default_order or self.info.order)
        self.limit = self.query.number("limit", view.limit or CARDS, 1, 400)
        self.sum_field = self._sum_field()
        self.listing_url = Query(f"/web/{self.model}")

    def _sum_field(self) -> str:
        """The amount that columns add up: the view's, else the first amount that its cards show."""
        wanted = self.view.sum_field
        shown = [wanted] if wanted else [n.name for n in nodes.walk(self.view.card) if isinstance(n, nodes.FieldNode)]
        for name in shown:
            field: Any = self.info.fields.get(name)
            if (
                field is not None
                and field.stored
                and self.env.field_open(field)
                and (field.type == "monetary" or (wanted and field.type in NUMBERS))
            ):
                return name
        return ""

    def columns(self) -> tuple[BoardColumn, ...]:
        """All columns in their order."""
        if not self.by:
            records = self.env[self.model].search(self.found.domain, limit=self.limit, order=self.order)
            total = self.env[self.model].search_count(self.found.domain)
            return (
                BoardColumn("", self.found.window.title, total, tuple(self.cards(records)), more_url=self._more(total)),
            )
        sums = [f"{self.sum_field}:sum"] if self.sum_field else []
        groups = self.env[self.model].read_group(self.found.domain.as_list(), sums, [self.by])
        return tuple(self.column(group) for group in groups)

    def column(self, group: Mapping[str, Any]) -> BoardColumn:
        """One column."""
        name = self.by.partition(":")[0]
        value = group_key(group, self.by)
        plain = "" if value == "none" else value
        count = int(group.get(f"{name}_count", group.get("__count", 0)))
        folded = self._folded(group, plain, count)
        cards: tuple[Card, ...] = ()
        if not folded and count:
            domain = Domain.parse(group["__domain"])
            cards = tuple(self.cards(self.env[self.model].search(domain, limit=self.limit, order=self.order)))
        total = ""
        if self.sum_field and count:
            total = self.shower.number(self.info.fields[self.sum_field], group.get(self.sum_field) or 0, None)
        creatable = self.view.create and self.env.may(self.model, "create")
        fresh = Query(f"/web/{self.model}/new").with_(
            **{"from": self.found.window.reference, **dict(self.found.window.kept), f"default_{name}": plain}
        )
        return BoardColumn(
            value=plain,
            label=group_title(self.shower, self.model, group, self.by),
            count=count,
            cards=cards,
            total=total,
            folded=folded,
            more_url=self._more(count),
            create_url=fresh.url if creatable and plain else "",
            toggle_url=self._toggle(plain, folded),
            shares=self.shares(group, count),
        )

    def _toggle(self, value: str, folded: bool) -> str:
        key = value or "none"
        clean = self.query.minus("fold", key).minus("fold", f"-{key}")
        return clean.plus("fold", f"-{key}" if folded else key).url

    def _folded(self, group: Mapping[str, Any], value: str, count: int) -> bool:
        asked = self.query.all("fold")
        key = value or "none"
        if key in asked:
            return True
        if f"-{key}" in asked:
            return False
        target = group[self.by]
        bound: Any = self.info.fields[self.by.partition(":")[0].split(".")[0]]
        if isinstance(target, (list, tuple)) and bound.relational:
            records: Any = self.env[bound.comodel].browse(int(target[0]))
            if "fold" in records._info.fields:
                return bool(records.fold)
        return False

    def _more(self, count: int) -> str:
        return self.query.with_(limit=str(min(400, self.limit + 80))).url if count > self.limit else ""

    def shares(self, group: Mapping[str, Any], count: int) -> tuple[tuple[str, int], ...]:
        """How the values of the progress field share a column, in hundredths."""
        name = self.view.progress_field
        field: Any = self.info.fields.get(name) if name else None
        if field is None or not count or not field.stored:
            return ()
        rows = self.env[self.model].grouped(Domain.parse(group["__domain"]), [name], ["__count"])
        found: list[tuple[str, int]] = []
        for value, number in rows:
            tone = self.view.progress_colors.get(str(value), "muted")
            found.append(
                (tone if tone in ("success", "warning", "danger", "info") else "muted", round(number * 100 / count))
            )
        return tuple(found)

    def cards(self, records: Model) -> Iterable[Card]:
        """The cards of records."""
        for record in records:
            yield self.card(record)

    def card(self, record: Model) -> Card:
        """One card: title, lines, tags and corners, sorted out of what the view shows."""
        values: dict[str, Any] = {}
        for name in self.kinds:
            try:
                values[name] = value_of(record, name)
            except AccessError:
                values[name] = False
        names = values_of(values, self.kinds, self.names)
        sorted_ = _Sorted(self, record, names)
        sorted_.take(self.view.card)
        color: Any = getattr(record, self.view.color_field, 0) if self.view.color_field in self.info.fields else 0
        query = self.query.without("page", "open", "view", "limit", "fold").at(f"/web/{self.model}/{record.id}")
        return Card(
            id=record.id,
            url=query.with_(
                **{"from": self.found.window.reference, "view": str(self.found.window.view_id("form") or "") or None}
            ).url,
            title=sorted_.title or record.display_name,
            lines=tuple(sorted_.lines),
            tags=sorted_.tags,
            footer=tuple(sorted_.footer),
            corner=tuple(sorted_.corner),
            hue=int(color) % 12 if isinstance(color, int) else 0,
        )


class _Sorted:
    """Puts what a card shows into its places."""

    def __init__(self, board: Board, record: Model, names: Mapping[str, Any]) -> None:
        self.board, self.record, self.names = board, record, names
        self.title = ""
        self.lines: list[FieldView] = []
        self.tags: FieldView | None = None
        self.footer: list[FieldView] = []
        self.corner: list[FieldView] = []

    def take(self, parts: Iterable[nodes.Node], titled: bool = False) -> None:
        """Take the parts of a card; fields of one block share a line."""
        line: list[str] = []
        for node in parts:
            if node.modifiers.invisible.holds(self.names):
                continue
            if isinstance(node, nodes.TextNode):
                if node.text.strip() and line:
                    line.append(node.text.strip())
            elif isinstance(node, nodes.FieldNode):
                text = self.field(node, titled)
                if text:
                    line.append(text)
            elif isinstance(node, nodes.HtmlNode) and node.tag in _BLOCKS:
                self._end(line)
                self.take(node.children, titled or node.tag in _TITLES or "oe_title" in css_classes(node.css))
            elif isinstance(node, nodes.HtmlNode) and node.tag in _TITLES:
                self._end(line)
                self.take(node.children, True)
            elif isinstance(node, (nodes.Container, nodes.ButtonNode)):
                line += self._inline(node.children, titled)
        self._end(line)

    def _inline(self, parts: Iterable[nodes.Node], titled: bool) -> list[str]:
        found: list[str] = []
        for node in parts:
            if node.modifiers.invisible.holds(self.names):
                continue
            if isinstance(node, nodes.TextNode) and node.text.strip():
                found.append(node.text.strip())
            elif isinstance(node, nodes.FieldNode):
                text = self.field(node, titled)
                if text:
                    found.append(text)
            elif isinstance(node, (nodes.Container, nodes.ButtonNode)):
                found += self._inline(node.children, titled)
        return found

    def _end(self, line: list[str]) -> None:
        if line and any(any(c.isalnum() for c in text) for text in line):
            self.lines.append(FieldView("line", "", text=" ".join(line)))
        line.clear()

    def field(self, node: nodes.FieldNode, titled: bool) -> str:
        """Put a field into its place; the text of one that goes into the current line."""
        bound: Any = self.board.info.fields.get(node.name)
        if bound is None:
            return ""
        try:
            shown = self.board.shower.view(bound, self.record, node)
        except AccessError:
            return ""
        if not self.title and shown.text and (titled or bound.type in ("char", "many2one")):
            self.title = shown.text
            return ""
        if shown.widget == "tags":
            self.tags = shown
        elif shown.widget == "priority":
            self.footer.insert(0, shown)
        elif shown.widget == "person":
            self.corner.append(shown.using(icon_only=True))
        elif bound.type == "monetary" and shown.raw != "0":
            if value_of(self.record, bound.name):
                self.corner.insert(0, shown)
        elif bound.type in ("date", "datetime"):
            self.footer.append(shown)
        elif shown.widget in ("image", "boolean", "none"):
            return ""
        else:
            return shown.text
        return ""


def board_page(found: Search, resolved: Resolved) -> BoardPage:
    """The whole board. Call it inside `page.reading`."""
    board = Board(found, resolved)
    field: Any = board.info.fields.get(board.by.partition(":")[0]) if board.by else None
    draggable = bool(
        field is not None
        and board.view.draggable
        and board.info.stored
        and field.type in ("many2one", "selection", "boolean")
        and not field.readonly
        and board.env.may(board.model, "write")
    )
    move = Query("/web/board/move").with_(model=board.model, field=board.by, **{"from": found.window.reference}).url
    return BoardPage(
        heading=heading(found, "kanban", board.view.create),
        search=bar(found),
        columns=board.columns(),
        move_url=move,
        group_field=board.by,
        group_label=group_label(board.env, board.model, board.by) if board.by else found.window.title,
        draggable=draggable,
        help="" if found.query.narrowed else found.window.help,
    )
