"""`grial new`: writes an addon that installs and passes its own test."""

from __future__ import annotations

from pathlib import Path

import click
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from core.cli.options import program, settings, settings_options

SCAFFOLD = Path(__file__).parent / "scaffold"


@click.command(short_help="Write an addon that installs and passes its own test.")
@click.argument("name")
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder to write it into, called addons. Otherwise: the last of --addons-path, or else Grial's own.",
)
@settings_options
def command(name: str, into: Path | None) -> None:
    """Write an addon called NAME that installs and passes its own test.

    NAME is a noun of the business in lower case, such as `visit` or `fleet_card`.
    """
    from core.module.finder import add_paths, find_addons, search_paths
    from core.module.manifest import is_addon_name

    if not is_addon_name(name):
        raise click.UsageError(f"{name} cannot be the name of an addon: use lower-case letters, digits and _.")
    if into is not None and into.resolve().name != "addons":
        raise click.UsageError(f"Addons are in a folder called addons: write --into {into / 'addons'}")
    paths = settings().addons_path
    add_paths(paths)
    shelf = find_addons()
    if name in (*shelf.manifests, *shelf.broken, *shelf.aliases):
        raise click.ClickException(f"There is an addon {name} already.")
    folder = (into or (paths[-1] if paths else search_paths()[0])) / name
    if folder.exists() and any(folder.iterdir()):
        raise click.ClickException(f"{folder} exists and is not empty.")
    for path, text in addon_files(name).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
        click.echo(folder / path)
    known = folder.resolve().parent in [path.resolve() for path in search_paths()]
    options = "" if known else f" --addons-path {folder.parent}"
    click.echo(f"Install it with: {program()} addon install {name} -d DB{options}")
    click.echo(f"Test it with: {program()} test{options} {name}")


def addon_files(name: str) -> dict[str, str]:
    """The files of a new addon of this name: path below its folder, and content."""
    words = name.split("_")
    title = " ".join(words).capitalize()
    values = {
        "addon": name,
        "model": ".".join(words),
        "title": title,
        "plural": title.lower() + ("" if title.endswith("s") else "s"),
        "class_name": "".join(word.capitalize() for word in words),
    }
    # The results are Python, XML and CSV of names that were checked: nothing to escape.
    templates = Environment(  # noqa: S701
        loader=FileSystemLoader(SCAFFOLD), undefined=StrictUndefined, keep_trailing_newline=True
    )
    files = {}
    for template in sorted(templates.list_templates(extensions=["jinja"])):
        path = template.removesuffix(".jinja").replace("__addon__", name).replace("__model__", values["model"])
        files[path] = templates.get_template(template).render(values)
    return files
