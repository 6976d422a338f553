"""`grial export`: records become a CSV or XLSX file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.cli.options import database_option, registries
from core.cli.output import progress
from core.cli.records import on_behalf_of, parse_domain

if TYPE_CHECKING:
    from core.data.sheets.writing import Table
    from core.orm.env import Env


@click.command(short_help="Export records as CSV or XLSX.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--model", required=True, metavar="M", help="The model whose records are exported.")
@click.option(
    "--fields", required=True, metavar="A,B,C", help="Its fields, with / through links: partner_id/country_id."
)
@click.option("--domain", default="[]", metavar="DOMAIN", help="Which records; otherwise all.")
@click.option("--order", metavar="ORDER", help="In which order, such as `name, id desc`.")
@click.option("--labels", is_flag=True, help="Title columns by the labels of the fields, not by their names.")
@click.option("--user", "login", metavar="LOGIN", help="Whose rights, language and time zone count; otherwise admin's.")
@database_option
def command(
    database: str, file: Path, model: str, fields: str, domain: str, order: str | None, labels: bool, login: str | None
) -> None:
    """Export records to FILE, whose ending (.csv or .xlsx) says how; the file can be imported again.

    `id` stands for the external id of a record, by which an import finds it again (records without one get one),
    and `.id` for its number in this database. Behind links too: partner_id/id.
    """
    if file.suffix.lower() not in (".csv", ".xlsx"):
        raise click.UsageError("FILE ends in .csv or .xlsx.")
    paths = [path.strip() for path in fields.split(",") if path.strip()]

    def work(env: Env) -> Table:
        from core.data.sheets.writing import table

        reader = on_behalf_of(env, login)
        records = reader[model].search(parse_domain(reader, domain), order=order)
        with progress() as step:
            return table(records, paths, labels, lambda done, total: step(done, total, file.name), naming=True)

    found = registries().run(database, work)
    file.write_bytes(found.xlsx() if file.suffix.lower() == ".xlsx" else found.csv())
    click.echo(f"{len(found.rows)} records of {model} are in {file}.")
