"""Renders an addon's template in a sandbox: no files but the addon's own reports, no code, escaped output."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import BaseLoader, StrictUndefined, TemplateError, TemplateNotFound
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from core.errors import UserError, fill
from core.report.document import Document, filters

if TYPE_CHECKING:
    from core.orm.env import Env

LARGEST_OUTPUT = 20_000_000


class _ReportFolders(BaseLoader):
    """Finds `crm/reports/opportunity.html` among the addons, and `layout.html` here."""

    def __init__(self, folder_of: Callable[[str], Path | None]) -> None:
        self.folder_of = folder_of

    def get_source(self, environment: Any, template: str) -> tuple[str, str, Any]:
        path = self._find(template)
        if path is None:
            raise TemplateNotFound(template)
        return path.read_text("utf-8"), str(path), lambda: True

    def _find(self, template: str) -> Path | None:
        if template == "layout.html":
            return Path(str(files("core.report").joinpath("layout.html")))
        addon, _, rest = template.partition("/")
        folder = self.folder_of(addon)
        if folder is None or not rest.startswith("reports/"):
            return None
        path = folder.joinpath(rest).resolve()
        return path if path.is_file() and path.is_relative_to(folder.resolve() / "reports") else None


def _sandbox(env: Env) -> ImmutableSandboxedEnvironment:
    kept = env.registry.cache("reports")
    if "sandbox" not in kept:
        loader = _ReportFolders(env.registry.ports.addon_folder)
        kept["sandbox"] = ImmutableSandboxedEnvironment(
            loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
    return kept["sandbox"].overlay()  # type: ignore[no-any-return]  # the cache holds anything


def render(env: Env, template: str, addon: str, records: Any, title: str) -> str:
    """The HTML of a report: the template once for each record, each beginning a page, inside the common layout.

    Args:
        env: gives the language, the company and the rights of the reader.
        template: `addon/reports/file.html`.
        addon: whose translations the template's `_()` uses.
        records: what to print.
        title: of the document.

    Raises:
        UserError: when the template is missing or fails; the message names it.
    """

    def translate(text: str, **values: object) -> str:
        return fill(env.translate_term(text, addon), values)

    sandbox = _sandbox(env)
    sandbox.filters.update(filters(env))
    shared = {
        "_": translate,
        "company": Document(env.company),
        "user": Document(env.user),
        "lang": (env.lang or "en_US").replace("_", "-"),
        "today": env.today(),
        "title": title,
    }
    try:
        body = sandbox.get_template(template)
        pages = [Markup(body.render({**shared, "object": Document(record)})) for record in records]
        html = sandbox.get_template("layout.html").render({**shared, "pages": pages})
    except TemplateNotFound as error:
        raise UserError("The template {template} of the report is missing.", template=str(error)) from error
    except TemplateError as error:
        raise UserError("The report {template} failed: {why}", template=template, why=str(error)) from error
    if len(html) > LARGEST_OUTPUT:
        raise UserError("The report would be too large; print fewer records at a time.")
    return html
