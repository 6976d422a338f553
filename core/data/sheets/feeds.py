"""A column that feeds a field: its cells become values; what they say and nobody knows is counted, and dealt with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from core.data.sheets.cells import converter, split_tags
from core.data.sheets.ids import IdNames
from core.data.sheets.mapping import LINKS, notes_field
from core.data.sheets.names import Names
from core.errors import GrialError, UnknownName, UserError
from core.kernel.text import fold

if TYPE_CHECKING:
    from core.orm.env import Env

CHOICES = ("refuse", "suggested", "keep", "empty", "create")

KINDS = {
    **dict.fromkeys(("integer", "float", "decimal", "monetary"), "number"),
    **dict.fromkeys(("date", "datetime"), "date"),
}
Meant = int | str
"""What a person says that a text means: the id of a record, another name for it, or nothing."""


@dataclass
class Unknown:
    """What a column says and Grial does not know.

    Attributes:
        name: of the field.
        column: its title.
        choices: what can be done: `refuse` the row, take what is `suggested`, leave the field empty and `keep` the text
            in the notes, leave it `empty`, or `create` a record.
        choice: what is done.
        values: how many rows say each text, as the first of them spells it.
        lines: of the rows concerned.
        suggested: by text, the id and the name of the record that it may mean.
        given: how many rows say the texts of which a person has said what they mean.
        kind: `number` or `date` where the texts are none; empty where they are names.
    """

    name: str
    column: str
    choices: tuple[str, ...]
    choice: str
    values: Counter[str] = field(default_factory=Counter)
    lines: set[int] = field(default_factory=set)
    suggested: dict[str, tuple[int, str]] = field(default_factory=dict)
    given: Counter[str] = field(default_factory=Counter)
    kind: str = ""

    @property
    def helped(self) -> int:
        """How many rows would come in by what is suggested."""
        return sum(self.values[text] for text in self.suggested)


@dataclass
class Cell:
    """What a cell became: the value, and the texts that go into the notes because the value does not hold them."""

    value: Any
    kept: list[str]


class Feed:
    """One column feeding one field.

    Args:
        bound: the field.
        column: the place of the column in the file.
        heading: its title.
        choice: one of CHOICES; empty for the usual one: tags are created, other rows refused.
        given: by text, what it means; a text with `*` stands for many.
        names: where links look their records up; by model and how.
        by: `id` or `.id` where the column names a link's records by external id or number.
    """

    def __init__(
        self,
        env: Env,
        bound: Any,
        column: int,
        heading: str,
        choice: str,
        given: Mapping[str, Meant],
        names: dict[tuple[str, str], Names],
        by: str = "",
    ) -> None:
        self.env, self.bound, self.column, self.name = env, bound, column, bound.name
        self.many = bound.type == "many2many"
        self.plain = bound.type in ("char", "text", "html")
        choices = choices_for(env, bound)
        if by:
            choices = tuple(one for one in choices if one not in ("suggested", "create"))
        usual = "create" if self.many and "create" in choices else "refuse"
        self.choice = choice or usual
        if self.choice not in choices:
            raise UnknownName("{name} is no choice for what {field} does not know.", name=choice, field=bound.name,
                              known=choices)  # fmt: skip
        self.unknown = Unknown(bound.name, heading, choices, self.choice, kind=KINDS.get(bound.type, ""))
        self.links: Names | None = None
        if bound.type in LINKS:
            made = self.choice == "create"
            fresh = IdNames(env, bound.comodel, by) if by else Names(env, bound.comodel, made)
            self.links = names.setdefault((bound.comodel, by or ("create" if made else "")), fresh)
        self._convert: Callable[[str], Any] = self.links.find if self.links else converter(env, bound, None)
        self._given = {fold(text.strip()): meant for text, meant in given.items()}
        self._patterns = [text for text in self._given if "*" in text]
        self._fresh: frozenset[str] = frozenset()
        self._spelled: dict[str, str] = {}

    def prepare(self, texts: Iterable[str], suggest: bool) -> None:
        """Look all names of a link up at once; create what is missing, or find out what it may mean."""
        if self.links is None:
            return
        parts = dict.fromkeys(part for text in texts for part in self._parts(text) if part)
        wanted = [text for text in (self._named(part) for part in parts) if text]
        before = len(self.links.made)
        self.links.prepare(wanted)
        made = set(self.links.made[before:])
        self._fresh = frozenset(key for key, record_id in self.links.known.items() if record_id in made)
        if self.choice == "suggested" or (suggest and self.choice != "create"):
            found = self.links.suggest(wanted)
            records = self.env[self.links.model].browse(sorted(set(found.values())))
            titles = {record.id: record.display_name for record in records}
            self.unknown.suggested = {text: (one, titles[one]) for text, one in found.items()}

    def read(self, line: int, text: str) -> Cell:
        """What a cell becomes. Raises GrialError when the row has to be refused."""
        if self.plain:
            return Cell(text, [])
        cell = Cell(None, [])
        found = [self._part(line, part, cell) for part in self._parts(text)]
        if self.many:
            cell.value = [(6, 0, [one for one in found if one])]
        elif found:
            cell.value = (found[0] or None) if self.links else found[0]
        return cell

    def joined(self, earlier: Any, value: Any) -> Any:  # Any: values of the field
        """The value of several columns that feed the field: what earlier ones gave, and that of this one.

        Raises:
            UserError: for a field that is neither a text nor tags.
        """
        if self.many:
            return [(6, 0, list(dict.fromkeys((*earlier[0][2], *value[0][2]))))]
        if not self.plain:
            raise UserError("Several columns feed {field}; only texts and tags can be put together.",
                            field=self.bound.string)  # fmt: skip
        return (" " if self.bound.type == "char" else "\n").join(cell for cell in (earlier, value) if cell)

    def _parts(self, text: str) -> Sequence[str]:
        if self.many:
            return split_tags(text)
        return (text.strip(),) if text or self.links is None else ()

    def _meant(self, text: str) -> Meant | None:
        """What a person said that a text means; None where nothing was said."""
        if not self._given:
            return None
        key = fold(text)
        found = key if key in self._given else next((p for p in self._patterns if fnmatchcase(key, p)), None)
        return None if found is None else self._given[found]

    def _named(self, text: str) -> str:
        """The name to look up for a text; empty where there is nothing to look up."""
        meant = self._meant(text)
        return text if meant is None else meant if isinstance(meant, str) else ""

    def _part(self, line: int, text: str, cell: Cell) -> Any:
        meant = self._meant(text) if text else None
        if meant is not None:
            self.unknown.given[text] += 1
        if meant == "":
            return None
        if isinstance(meant, int):
            return meant
        wanted = meant or text
        try:
            found = self._convert(wanted)
        except GrialError:
            self._note(line, text)
            if self.choice == "suggested" and wanted in self.unknown.suggested:
                cell.kept.append(text)
                return self.unknown.suggested[wanted][0]
            if self.choice not in ("keep", "empty"):
                raise
            if self.choice == "keep":
                cell.kept.append(text)
            return None
        if self._fresh and fold(wanted) in self._fresh:
            self._note(line, text)
        return found

    def _note(self, line: int, text: str) -> None:
        self.unknown.values[self._spelled.setdefault(fold(text), text)] += 1
        self.unknown.lines.add(line)


def choices_for(env: Env, bound: Any) -> tuple[str, ...]:
    """What can be done with a text that a field does not know."""
    if bound.type in ("char", "text", "html"):
        return ("refuse",)
    found = ["refuse", "empty"]
    if notes_field(env, bound.model):
        found.append("keep")
    if bound.type in LINKS:
        found.append("suggested")
        if _made_from_a_name(env, bound.comodel):
            found.append("create")
    return tuple(choice for choice in CHOICES if choice in found)


def _made_from_a_name(env: Env, model: str) -> bool:
    """May the user create such records, and do they need nothing but a name?"""
    info = env.registry[model]
    name = Names(env, model).name_field
    needed = [one for one in info.columns if one.required and not one.computed and one.name != name]
    if any(one.default is None and not one.default_method for one in needed):
        return False
    if not info.stored or info.fields[name].type != "char":
        return False
    return env.may(model, "create")
