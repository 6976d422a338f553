"""Loads a data file of an addon into a database: the tags of XML files, the rows of CSV files, verdict by verdict."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from lxml import etree

from core.data import assertions, functions, legacy, records, short_tags, workflow_tag
from core.data.csv import load_rows
from core.data.outcome import LoadOutcome
from core.data.session import Mode, Session, addon_folder
from core.data.xml import attributes, blocks, interpolations, line_of, parse_file
from core.errors import DataFileError, GrialError, UnknownName, UserError

if TYPE_CHECKING:
    from core.orm.env import Env

Kind = Literal["data", "demo"]
Handler = Callable[[Session, etree._Element], None]

_REF = re.compile(r"\bref\(\s*['\"]([\w.\-]+)['\"]")
_REFERRING = frozenset({"ref", "id", "parent", "action", "inherit", "inherit_id", "search_view_id", "view_id"})
_XMLID = re.compile(r"^[A-Za-z_][\w\-]*(\.[\w.\-]+)?$")


def load_file(
    env: Env,
    addon: str,
    path: str | Path,
    mode: Mode = "init",
    noupdate: bool = False,
    kind: Kind = "data",
    *,
    strict: bool = True,
    imported: bool = False,
) -> LoadOutcome:
    """Load one data file of an addon.

    Args:
        env: on whose behalf; installing runs as the superuser.
        addon: whose external ids names without a dot are.
        path: inside the addon's folder, or absolute.
        mode: `init` creates and writes; `update` leaves records alone that are not to be updated.
        noupdate: the records of the file are not to be updated later, unless a block says otherwise.
        kind: demo files are never updated either.
        strict: raise on the first element that cannot be loaded; else note it and load the rest.
        imported: the file is a person's, not the addon's: what it creates stays when the addon is upgraded or removed.

    Raises:
        DataFileError: with file, line and reason. The caller's transaction is then to be rolled back.
    """
    shown, content = _read(addon, Path(path))
    # The texts of a file are source texts, whatever language the caller reads.
    env = env.with_context(lang="")
    session = Session(env, addon, shown, mode, noupdate or kind == "demo", strict, imported)
    name = Path(path).name
    if name.lower().endswith(".csv"):
        load_rows(session, name, content)
    elif name.lower().endswith(".xml"):
        _load_xml(session, parse_file(content, shown))
    else:
        raise DataFileError("A data file is an .xml or a .csv file.", file=shown)
    return session.outcome


def _read(addon: str, path: Path) -> tuple[str, bytes]:
    """The name of a file for messages, and its bytes."""
    folder = addon_folder(addon)
    if not path.is_absolute():
        if folder is None:
            raise UnknownName("There is no addon {addon} on the addons path.", addon=addon)
        path = folder / path
    inside = folder is not None and path.resolve().is_relative_to(folder.resolve())
    shown = f"{addon}/{path.resolve().relative_to(folder.resolve())}" if inside and folder else str(path)
    try:
        return shown, path.read_bytes()
    except OSError as error:
        raise DataFileError("The file cannot be read: {reason}.", file=shown, reason=error.strerror or error) from None


def _load_xml(session: Session, root: etree._Element) -> None:
    every = list(blocks(root, session.noupdate))
    _look_up(session, root)
    env = session.env
    for block in every:
        session.noupdate = block.noupdate
        session.legacy = block.legacy
        if block.context:
            session.env = env.with_context(**session.evaluate(block.context))
            session.batch.env = session.env
        for element in block.elements:
            _load_element(session, element)
        session.batch.flush()
        session.env = session.batch.env = env
    session.flush()
    try:
        env.flush()
    except GrialError as error:
        session.reject(0, error)


def _load_element(session: Session, element: etree._Element) -> None:
    handler = TAGS.get(str(element.tag))
    line = line_of(element)
    if handler is None:
        unknown = UnknownName("<{name}> is no tag of a data file.", name=str(element.tag), known=TAGS)
        session.reject(line, UserError("{reason}", reason=unknown))
        return
    try:
        if session.strict and not session.tolerant:
            handler(session, element)
        else:
            with session.env.savepoint():
                handler(session, element)
    except GrialError as error:
        session.reject(line, error, element.get("id") or "", element.get("model") or "")


def _look_up(session: Session, root: etree._Element) -> None:
    """Find all external ids that the file names in a few statements, instead of one each."""
    session.ids.preload(_named(root))
    if session.mode == "update":
        session.ids.forget_missing(
            element.get("id") or "" for element in root.iter(etree.Element) if _XMLID.match(element.get("id") or "")
        )


def _named(root: etree._Element) -> Iterator[str]:
    for element in root.iter(etree.Element):
        for name, value in attributes(element).items():
            if name in _REFERRING:
                if _XMLID.match(value):
                    yield value
            elif name == "groups":
                yield from (part for part in re.split(r"[,\s!-]+", value) if _XMLID.match(part))
            elif "ref(" in value:
                yield from _REF.findall(value)
            elif "%(" in value:
                yield from interpolations(value)


def _load_workflow(session: Session, element: etree._Element) -> None:
    """Our definition, when the tag says where the workflow starts or which one it extends, else OpenERP's signal."""
    if element.get("start") is not None:
        workflow_tag.load_workflow(session, element)
    elif element.get("inherit") is not None:
        workflow_tag.extend_workflow(session, element)
    else:
        legacy.load_signal(session, element)


def _load_report(session: Session, element: etree._Element) -> None:
    """Our report, when the tag names a template, else OpenERP's."""
    if element.get("template") is not None:
        short_tags.load_report(session, element)
    else:
        legacy.load_report(session, element)


TAGS: dict[str, Handler] = {
    "record": records.load_record,
    "view": short_tags.load_view,
    "action": short_tags.load_action,
    "menu": short_tags.load_menu,
    "report": _load_report,
    "workflow": _load_workflow,
    "menuitem": legacy.load_menuitem,
    "act_window": legacy.load_act_window,
    "url": legacy.load_url,
    "function": functions.load_function,
    "delete": legacy.load_delete,
    "assert": assertions.load_assert,
    "ir_set": legacy.load_ir_set,
    "template": legacy.load_template,
    "wizard": legacy.ignore,
    "asset": legacy.ignore,
}
