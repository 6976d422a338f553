"""Every model of an addon needs access rights: without a row nobody but the superuser can open it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from core.check.ids import Ids
from core.check.places import place_of
from core.check.sources import Source
from core.data.csv import model_of, read_rows
from core.data.xml import blocks, children
from core.errors import DataFileError
from core.kernel.finding import Finding
from core.module.manifest import Manifest
from core.orm.declare import declarations

if TYPE_CHECKING:
    from core.orm.registry import Registry

ACCESS = "ir.model.access"


def access_findings(manifest: Manifest, sources: Iterable[Source], registry: Registry, ids: Ids) -> list[Finding]:
    """Models that the addon brings and that no row of any addon at hand grants a right on."""
    granted = {name for source in sources for name in _granted(source, ids)}
    found: list[Finding] = []
    for info in sorted(registry.models.values(), key=lambda info: info.name):
        if info.addon == manifest.addon and not info.abstract and _id(info.name) not in granted:
            owner = next(cls for cls in declarations(manifest.addon) if cls._name == info.name and not cls._extend)
            shown, line = place_of(owner)
            message = (
                f"No group has a right on {info.name}: add a row for model_{_id(info.name)} to "
                "security/ir.model.access.csv."
            )
            found.append(Finding(shown, line, "access", message))
    return found


def _granted(source: Source, ids: Ids) -> Iterable[str]:
    """The models, in the form of their external ids, that a file has access rows for."""
    if source.is_csv:
        if model_of(source.path.name) != ACCESS:
            return
        try:
            columns, rows = read_rows(source.content, source.shown)
        except DataFileError:
            return
        places = [place for place, column in enumerate(columns) if column.name == "model_id"]
        for _, cells in rows:
            yield from (_model(ids.qualified(cells[place], source.addon)) for place in places)
    elif source.root is not None:
        for block in blocks(source.root):
            for element in block.elements:
                if element.tag == "record" and element.get("model") == ACCESS:
                    for field in children(element):
                        if field.get("name") == "model_id" and field.get("ref"):
                            yield _model(ids.qualified(field.get("ref") or "", source.addon))


def _model(xmlid: str) -> str:
    return xmlid.partition(".")[2].removeprefix("model_")


def _id(model: str) -> str:
    return model.replace(".", "_")
