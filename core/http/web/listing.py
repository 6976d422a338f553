"""Fills the page of a list: columns, rows or groups of rows, totals, paging."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.http.web.cells import column, look
from core.http.web.pages.listing import Bulk, Column, Group, Heading, ListPage, Pager, Row, RowButton
from core.http.web.pages.shell import Link
from core.http.web.query import Query
from core.http.web.render import say
from core.http.web.searchbar import bar
from core.http.web.searching import Search, ordered
from core.http.web.shown import NUMBERS, Shower
from core.http.web.window import ICONS, SHOWN, bindings, names_of
from core.kernel.i18n import mark
from core.orm import columnwise
from core.orm.domain import Domain
from core.orm.edge import value_of
from core.view import nodes
from core.view.modifiers import names_of as values_of
from core.view.resolve import Resolved

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.model import Model

TITLES = {
    "list": mark("List"),
    "kanban": mark("Board"),
    "form": mark("Form"),
    "calendar": mark("Calendar"),
    "graph": mark("Chart"),
    "pivot": mark("Cross table"),
}
MOST_OPEN = 40
_RIGHT = NUMBERS | {"float_time", "percent", "number"}


class Listing:
    """One list for one reader.

    Args:
        found: the search.
        resolved: the list view.
    """

    def __init__(self, found: Search, resolved: Resolved) -> None:
        view = resolved.view
        assert isinstance(view, nodes.ListView)
        self.found, self.resolved, self.view = found, resolved, view
        self.window, self.query = found.window, found.query
        self.env = found.env.with_context(**{**found.window.context, **found.context})
        self.model = found.window.model
        self.info = self.env.registry[self.model]
        self.shower = Shower(self.env)
        self.names = names_of(self.env)
        self.columns = [node for node in view.columns if isinstance(node, nodes.FieldNode) and self._kept(node)] or [
            nodes.FieldNode(name="display_name")
        ]
        self.buttons = [node for node in view.columns if isinstance(node, nodes.ButtonNode) and node.name]
        self.conditions = frozenset().union(
            *(d.when.reads for d in view.decorations),
            *(c.modifiers.reads for c in view.columns),
            *(d.when.reads for c in self.columns for d in c.decorations),
        )
        self.order = ordered(self.env, self.model, self.query.get("sort"), view.default_order or self.info.order)
        self.limit = self.query.number("limit", view.limit or self.window.limit or 80, 1, 500)

    def _kept(self, node: nodes.FieldNode) -> bool:
        shown = self.query.all("show")
        return (
            node.name in self.info.fields
            and not node.modifiers.column_invisible.holds(self.names)
            and (node.optional != "hide" or node.name in shown)
            and node.widget not in ("mail_thread", "mail_followers", "handle")
        )

    @property
    def table(self) -> Model:
        """The model, in the context of the list."""
        return self.env[self.model]

    def page(self) -> ListPage:
        """The whole page. Call it inside `page.reading`."""
        total = self.table.search_count(self.found.domain)
        grouped = bool(self.found.groups)
        groups: tuple[Group, ...] = ()
        rows: tuple[Row, ...] = ()
        pager: Pager | None = None
        if grouped:
            groups = self.groups(self.found.domain, self.found.groups, "", 0)
            pager = Pager(1 if total else 0, total, total) if total else None
        else:
            first = (self.query.number("page", 1, 1) - 1) * self.limit
            if first >= total:
                first = 0
            records = self.table.search(self.found.domain, offset=first, limit=self.limit, order=self.order)
            rows = tuple(self.rows(records, first))
            pager = pager_of(self.query, first, len(rows), total, self.limit)
        return ListPage(
            heading=heading(self.found, "list", self.view.create),
            search=bar(self.found),
            columns=self.heads(),
            rows=rows,
            groups=groups,
            pager=pager,
            bulk=self.bulk(),
            help="" if self.query.narrowed else self.window.help,
            has_buttons=bool(self.buttons),
        )

    def heads(self) -> tuple[Column, ...]:
        """The heads of the columns, with the links that sort and the totals of the whole search."""
        totals = self.totals(self.found.domain)
        sort = self.query.get("sort")
        heads: list[Column] = []
        headline = next((place for place, node in enumerate(self.columns) if node.name == self.info.rec_name), 0)
        for place, node in enumerate(self.columns):
            bound: Any = self.info.fields[node.name]
            current = "desc" if sort == f"-{node.name}" else "asc" if sort == node.name else ""
            url = ""
            if bound.sortable and self.env.field_open(bound):
                fresh = f"-{node.name}" if current == "asc" else node.name
                url = self.query.without("page").with_(sort=fresh).url
            heads.append(
                Column(
                    node.name,
                    self.shower.label(bound, node),
                    self._align(bound, node),
                    url,
                    "asc" if current == "asc" else "desc" if current == "desc" else "",
                    totals.get(node.name, ""),
                    1 if place < 3 else 2 if place < 6 else 3,
                    node.help or (self.env.translate_term(bound.help, bound.addon) if bound.help else ""),
                    place == headline,
                )
            )
        return tuple(heads)

    def _align(self, bound: Any, node: nodes.FieldNode) -> Any:
        if bound.type in NUMBERS and node.widget not in ("progressbar", "priority", "handle"):
            return "right"
        return "center" if bound.type == "boolean" else "left"

    def _sums(self) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        for node in self.columns:
            bound: Any = self.info.fields[node.name]
            if bound.type in NUMBERS and bound.stored and self.env.field_open(bound):
                found += [(node.name, kind) for kind in list(node.aggregates)[:1]]
        return found

    def totals(self, domain: Domain) -> dict[str, str]:
        """The aggregates that the view asks for, over a domain."""
        sums = self._sums()
        if not sums:
            return {}
        row = self.table.grouped(domain, [], [f"{name}:{kind}" for name, kind in sums])
        values = row[0] if row else ()
        return {
            name: self.shower.number(self.info.fields[name], value or 0, None, self._widget(name))
            for (name, _), value in zip(sums, values, strict=False)
        }

    def _widget(self, name: str) -> str:
        return next((node.widget for node in self.columns if node.name == name), "")

    def groups(self, domain: Domain, specs: Sequence[str], path: str, level: int) -> tuple[Group, ...]:
        """The groups of one level; opened ones hold their groups or rows."""
        sums = dict(self._sums())
        answer = self.table.read_group(
            domain.as_list(),
            [f"{name}:{kind}" for name, kind in sums.items()],
            [specs[0]],
        )
        opened = self.query.all("open")
        result: list[Group] = []
        count_key = f"{specs[0].partition(':')[0]}_count"
        for group in answer:
            key = f"{path}{'/' if path else ''}{group_key(group, specs[0])}"
            inner = Domain.parse(group["__domain"])
            count = int(group.get(count_key, group.get("__count", 0)))
            is_open = key in opened and len(result) < MOST_OPEN and count > 0
            totals = tuple(
                self.shower.number(self.info.fields[node.name], group.get(node.name) or 0, None, node.widget)
                if node.name in sums
                else ""
                for node in self.columns
            )
            result.append(
                Group(
                    key=key.replace(" ", "_"),
                    label=group_title(self.shower, self.model, group, specs[0]),
                    count=count,
                    toggle_url=(self.query.minus("open", key) if key in opened else self.query.plus("open", key)).url,
                    is_open=is_open,
                    level=level,
                    totals=totals,
                    groups=self.groups(inner, specs[1:], key, level + 1) if is_open and len(specs) > 1 else (),
                    rows=self._group_rows(inner) if is_open and len(specs) == 1 else (),
                    more_url=self.only(inner, group, specs[0])
                    if is_open and len(specs) == 1 and count > self.limit
                    else "",
                )
            )
        return tuple(result)

    def _group_rows(self, domain: Domain) -> tuple[Row, ...]:
        return tuple(self.rows(self.table.search(domain, limit=self.limit, order=self.order), None))

    def only(self, _domain: Domain, group: Mapping[str, Any], spec: str) -> str:
        """The list of the records of one group alone."""
        value = group[spec]
        name, _, unit = spec.partition(":")
        plain = self.query.without("group", "open", "page")
        if isinstance(value, (list, tuple)):
            return plain.plus(f"f.{name}", f"@{value[0]}").url
        return plain.plus("cond", f"{name}|{'=' if value else 'unset'}|{value or ''}").url if not unit else plain.url

    def rows(self, records: Model, first: int | None) -> list[Row]:
        """The rows of records; `first` is the place of the first in the whole search."""
        kinds = {name: self.info.fields[name].type for name in self.conditions if name in self.info.fields}
        named = self.info.fields.get(self.info.rec_name)
        title = self.info.rec_name if named is not None and not named.relational else "display_name"
        bound = {node.name: self.info.fields[node.name] for node in self.columns}
        wanted = {**bound, title: self.info.fields[title], **{name: self.info.fields[name] for name in kinds}}
        plain = all(one.stored or one.name == "id" for one in wanted.values())
        records = columnwise.visible(records, wanted.values() if plain else (*self.info.light, *wanted.values()))
        names: list[Mapping[str, Any]] = [{}] * len(records)
        if self.conditions:
            names = [
                values_of({name: value_of(record, name) for name in kinds}, kinds, self.names) for record in records
            ]
        columns = [column(self.shower, bound[node.name], node, records, names) for node in self.columns]
        address = self.record_address()
        found: list[Row] = []
        for place, (record, conditions, *cells) in enumerate(zip(records, names, *columns, strict=True)):
            tone, strong = look(self.view.decorations, conditions)
            found.append(
                Row(
                    id=record.id,
                    url=address(record.id, None if first is None else first + place + 1),
                    title=str(getattr(record, title) or record.display_name),
                    cells=tuple(cells),
                    tone=tone,
                    strong=strong,
                    buttons=tuple(
                        self.button(node, record)
                        for node in self.buttons
                        if not node.modifiers.invisible.holds(conditions)
                    ),
                )
            )
        return found

    def record_address(self) -> Callable[[int, int | None], str]:
        """What makes the address of a record as opened from this list, of its id and its place in the search."""
        query = self.query.without("page", "open", "view", "limit", "show")
        text = query.with_(
            **{"from": self.window.reference, "view": str(self.window.view_id("form") or "") or None}
        ).text

        def address(record_id: int, at: int | None) -> str:
            rest = "&".join(part for part in (text, f"at={at}" if at is not None else "") if part)
            return f"/web/{self.model}/{record_id}?{rest}" if rest else f"/web/{self.model}/{record_id}"

        return address

    def button(self, node: nodes.ButtonNode, record: Model) -> RowButton:
        """A button in a row."""
        return RowButton(
            node.name,
            node.label,
            f"/web/{self.model}/{record.id}/button/{node.name}?kind={node.kind}",
            "",
            node.confirm,
        )

    def bulk(self) -> Bulk:
        """What may be done with ticked rows."""
        actions = bindings(self.env, self.model)
        links = [
            Link(str(a["name"]), f"action:{a['type'].removeprefix('ir.actions.')},{a['id']}", "gear")
            for a in actions["action"]
        ]
        links += [Link(str(a["name"]), f"print:{a['report_name']}", "printer") for a in actions["print"]]
        writable = self.info.stored and self.env.may(self.model, "write")
        return Bulk(
            url=f"/web/{self.model}/bulk",
            query=self.query.url,
            can_edit=writable and self.view.edit,
            can_delete=self.info.stored and self.view.delete and self.env.may(self.model, "unlink"),
            can_archive=writable and "active" in self.info.fields,
            actions=tuple(links),
        )


def group_title(shower: Shower, model: str, group: Mapping[str, Any], spec: str) -> str:
    """What a group is called."""
    value = group[spec]
    bound: Any = field_at(shower.env, model, spec.partition(":")[0])
    if isinstance(value, (list, tuple)):
        return str(value[1])
    if bound.type == "boolean":
        return say("Yes") if value else say("No")
    if value is False or value is None or value == "":
        return say("None")
    if bound.type == "selection":
        return shower.options(bound).get(value, str(value))
    if bound.type in NUMBERS and not isinstance(value, str):
        return shower.number(bound, value, None)
    return str(value)


def group_key(group: Mapping[str, Any], spec: str) -> str:
    """A text that stands for a group in an address."""
    value = group[spec]
    if isinstance(value, (list, tuple)):
        return str(value[0])
    return str(value) if value not in (False, None, "") else "none"


def field_at(env: Env, model: str, path: str) -> Any:
    """The field at the end of a path of links."""
    *links, last = path.split(".")
    info = env.registry[model]
    for name in links:
        link: Any = info.field(name)
        info = env.registry[link.comodel]
    return info.field(last)


def pager_of(query: Query, first: int, count: int, total: int, limit: int) -> Pager:
    """The pager of a list."""
    page = first // limit + 1
    return Pager(
        first + 1 if count else 0,
        first + count,
        total,
        query.with_(page=str(page - 1)).url if page > 1 else "",
        query.with_(page=str(page + 1)).url if first + count < total else "",
    )


def heading(found: Search, kind: str, creatable: bool = True) -> Heading:
    """The head of a page of many records."""
    env, window, query = found.env, found.window, found.query
    info = env.registry[window.model]
    create = (
        creatable
        and info.stored
        and env.may(window.model, "create")
        and any(name == "form" for name, _ in window.views)
    )
    # The search is carried on as it stands; what only one view understands is left behind.
    plain = query.without("page", "open", "sort", "view", "fold", "chart", "measure", "col", "month")
    views = tuple(
        Link(say(TITLES[name]), plain.with_(view=name).url, ICONS[name], name == kind)
        for name, _ in window.views
        if name in SHOWN and name != "form"
    )
    fresh = Query(f"/web/{window.model}/new").with_(
        **{"from": window.reference, "view": str(window.view_id("form") or "") or None, **dict(window.kept)}
    )
    return Heading(
        title=window.title,
        create_url=fresh.url if create else "",
        import_url=Query(f"/web/import/{window.model}").with_(**{"from": window.reference}).url if create else "",
        export_url=query.without("page", "open")
        .at(f"/web/export/{window.model}")
        .with_(**{"from": window.reference})
        .url,
        views=views,
    )
