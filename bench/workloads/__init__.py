"""The works, one a file: how the floors do it and how Grial does it, side by side."""

from bench.row import Row
from bench.workloads import (
    beginnings,
    browse,
    create_many,
    create_native,
    create_single,
    group,
    import_sheet,
    load_xml,
    pages,
    search,
    write_different,
    write_native,
    write_same,
)

_ALONE = [
    module.ROW
    for module in (
        create_many,
        create_single,
        browse,
        search,
        write_same,
        write_different,
        group,
        import_sheet,
        load_xml,
        create_native,
        write_native,
    )
]

ROWS: dict[str, Row] = {row.name: row for row in (*_ALONE, *pages.ROWS, *beginnings.ROWS)}
"""In the order of the table."""
