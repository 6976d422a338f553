"""Draws the rows of a list, without a template: what the cells of a column share is put together once."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

from core.http.web.brief import brief, icon
from core.http.web.pages.listing import Column, ListPage, Row, RowButton


def drawn_rows(page: ListPage, rows: Iterable[Row], select: str) -> Markup:
    """The rows; `select` is what the box of one is called, with `{name}` for the record's title."""
    begins: dict[tuple[int, str], str] = {}
    drawn: list[str] = []
    for row in rows:
        look = f"tone-{escape(row.tone)} toned" if row.tone else ""
        drawn.append(f'<tr id="r{row.id}" class="{look}{" strong" if row.strong else ""}">')
        if page.bulk:
            drawn.append(
                f'<td class="tick"><label><input type="checkbox" class="check" name="id" value="{row.id}" '
                f'aria-label="{escape(select.replace("{name}", row.title))}"></label></td>'
            )
        for place, (column, cell) in enumerate(zip(page.columns, row.cells, strict=False)):
            begin = begins.get((place, cell.widget))
            if begin is None:
                begin = begins[place, cell.widget] = _begin(column, cell.widget)
            drawn.append(begin)
            if column.first:
                drawn.append(
                    f'<a class="row-link" href="{escape(row.url)}">{brief(cell) or escape(row.title)}</a></td>'
                )
            else:
                drawn.append(f"{brief(cell)}</td>")
        if page.has_buttons:
            drawn.append(f'<td class="row-buttons">{"".join(map(_button, row.buttons))}</td>')
        drawn.append("\n</tr>")
    return Markup("".join(drawn))


def _begin(column: Column, widget: str) -> str:
    return f'<td class="c-{escape(widget)} {escape(column.look)}"{column.marks}>'


def _button(button: RowButton) -> str:
    asks = f' data-confirm="{escape(button.confirm)}"' if button.confirm else ""
    return (
        f'<button class="button quiet small" formaction="{escape(button.url)}" formnovalidate{asks}>'
        f"{icon(button.icon) if button.icon else ''}{escape(button.label)}</button>"
    )
