"""Sequences: the numbers of documents."""

from __future__ import annotations

import re
from datetime import date as Date
from datetime import datetime
from typing import Any, Literal, Self

from addons.base.models import company
from core import Model, api, fields
from core.errors import UserError, ValidationError

Implementation = Literal["standard", "no_gap"]

# What may stand in prefix and suffix, and how it is written; `range_` in front takes the start of the date range.
LEGENDS = {
    "year": "%Y",
    "month": "%m",
    "day": "%d",
    "y": "%y",
    "doy": "%j",
    "woy": "%W",
    "weekday": "%w",
    "h24": "%H",
    "h12": "%I",
    "min": "%M",
    "sec": "%S",
}
_LEGEND = re.compile(r"%\((\w*)\)s|%")


class Sequence(Model):
    """Gives numbers, one after the other, with a prefix and a suffix.

    Who takes a number holds its sequence to the end of the transaction, so that no number is lost or given twice: take
    it as the last thing before the commit.
    """

    _name = "ir.sequence"
    _description = "Sequence"
    _order = "name, id"

    name = fields.Char("Name", required=True)
    code = fields.Char("Code", index=True, help="The code that programs ask for, such as sale.order.")
    implementation: fields.Selection[Implementation] = fields.Selection(
        "Implementation",
        {"standard": "Standard", "no_gap": "No gap"},
        required=True,
        default="standard",
        help="Neither skips a number. Programs take one of a series without gaps with the right to change it only.",
    )
    active = fields.Boolean("Active", default=True)
    prefix = fields.Char("Prefix", help="May hold %(year)s, %(month)s, %(day)s and the like.")
    suffix = fields.Char("Suffix", help="May hold %(year)s, %(month)s, %(day)s and the like.")
    number_next = fields.Integer("Next Number", required=True, default=1)
    number_increment = fields.Integer("Step", required=True, default=1)
    padding = fields.Integer("Number of Digits", default=0, help="Shorter numbers get zeros in front.")
    company_id = fields.Many2one(lambda: company.Company, "Company", help="Empty for all companies.")
    use_date_range = fields.Boolean("Start Again by Period", help="Each period below counts from its own first number.")
    date_range_ids = fields.One2many(lambda: SequenceDateRange, "sequence_id", "Periods", copy=False)
    preview = fields.Char("Next", readonly=True, help="How the next number will look.")

    _positive_step = fields.Check("number_increment > 0", "The step of a sequence is more than zero.")
    _padding_range = fields.Check("padding >= 0 and padding <= 32", "A number has at most 32 digits.")

    @preview.compute("prefix", "suffix", "number_next", "padding", store=False)
    def _compute_preview(self) -> None:
        for sequence in self:
            sequence.preview = sequence._written(sequence.number_next, None, None)

    @company_id.default_from
    def _default_company_id(self) -> Any:
        return self.env.company

    @api.constrains("prefix", "suffix")
    def _check_legends(self) -> None:
        for sequence in self:
            for text in (sequence.prefix, sequence.suffix):
                for match in _LEGEND.finditer(text):
                    name = re.sub("^(range|current)_", "", match[1] or "")
                    if name not in LEGENDS:
                        raise ValidationError(
                            "{text} holds {part}, which is none of the known places: {known}.",
                            fields=["prefix", "suffix"],
                            text=text,
                            part=match[0],
                            known=[f"%({legend})s" for legend in LEGENDS],
                        )

    @api.exported
    def next_by_code(self, code: str, day: Date | None = None) -> str | bool:
        """The next number of the sequence with this code, for a program; False without one."""
        found = self.of_code(code)
        return found.next_by_id(day) if found else False

    @api.exported
    def next_by_id(self, day: Date | None = None) -> str:
        """The next number of this sequence, for a program: one without gaps gives its numbers to documents only."""
        self.check_access("read")
        if self.implementation == "no_gap":
            self.check_access("write")
        return self.take(day)

    def of_code(self, code: str) -> Self:
        """The sequence with this code: the company's own, else a shared one, else none."""
        company_id = self.env.company.id
        with self.env.elevated("find the sequence of a document", Sequence) as su_env:
            domain = [("code", "=", code), "|", ("company_id", "=", company_id), ("company_id", "=", False)]
            found = su_env[Sequence].search(domain)
            own = found.filtered(lambda sequence: bool(sequence.company_id))
            return self.browse((own or found)[:1].ids)

    def take(self, day: Date | None = None) -> str:
        """The next number, for the document that is being made, whoever makes it."""
        self.ensure_one()
        with self.env.elevated("take the next number", Sequence, SequenceDateRange) as su_env:
            return su_env[Sequence].browse(self.ids)._take(day)

    @api.exported
    def get(self, code: str) -> str | bool:
        """The older name of `next_by_code`."""
        return self.next_by_code(code)

    @api.exported
    def get_id(self, sequence_or_code: int | str, code_or_id: str = "id") -> str | bool:
        """The older way to take a number: by id, or by code."""
        if code_or_id == "id":
            return self.browse([int(sequence_or_code)]).next_by_id()
        return self.next_by_code(str(sequence_or_code))

    def _take(self, day: Date | None) -> str:
        self.ensure_one()
        when = day or self.env.today()
        self.env.advisory_lock(f"{self._name},{self.id}")  # whoever loses the race to it does not lose twice
        counter: Sequence | SequenceDateRange = self._range_of(when) if self.use_date_range else self
        counter.lock()
        number = counter.number_next
        counter.write({"number_next": number + self.number_increment})
        return self._written(number, when, counter if isinstance(counter, SequenceDateRange) else None)

    def _range_of(self, day: Date) -> SequenceDateRange:
        """The period of `day`; the calendar year is begun where no period is."""
        ranges = self.env[SequenceDateRange]
        found = ranges.search(
            [("sequence_id", "=", self.id), ("date_from", "<=", day), ("date_to", ">=", day)], limit=1
        )
        if found:
            return found
        first, last = Date(day.year, 1, 1), Date(day.year, 12, 31)
        later = ranges.search([("sequence_id", "=", self.id), ("date_from", ">", day)], order="date_from", limit=1)
        earlier = ranges.search([("sequence_id", "=", self.id), ("date_to", "<", day)], order="date_to desc", limit=1)
        if later and later.date_from <= last:
            last = Date.fromordinal(later.date_from.toordinal() - 1)
        if earlier and earlier.date_to >= first:
            first = Date.fromordinal(earlier.date_to.toordinal() + 1)
        # Changed with it, so that PostgreSQL refuses whoever has looked for the period before it was there.
        self.compare_and_set("number_next", self.number_next, self.number_next)
        return ranges.create({"sequence_id": self.id, "date_from": first, "date_to": last})

    def _written(self, number: int, day: Date | None, period: SequenceDateRange | None) -> str:
        """The number with prefix and suffix, as `day` (today when None) writes them."""
        now = self.env.now()
        moment = datetime.combine(day, now.time()) if day else now
        start = datetime.combine(period.date_from, datetime.min.time()) if period else moment

        def replace(match: re.Match[str]) -> str:
            scope, _, name = (match[1] or "").rpartition("_")
            when = {"range": start, "current": now}.get(scope, moment)
            return when.strftime(LEGENDS[name]) if name in LEGENDS else match[0]

        prefix, suffix = (_LEGEND.sub(replace, text) for text in (self.prefix, self.suffix))
        return f"{prefix}{number:0{self.padding}d}{suffix}"


class SequenceDateRange(Model):
    """One period of a sequence, with its own counter."""

    _name = "ir.sequence.date_range"
    _description = "Period of a Sequence"
    _order = "date_from desc, id"
    _rec_name = "date_from"

    sequence_id = fields.Many2one(Sequence, "Sequence", required=True, ondelete="cascade")
    date_from = fields.Date("From", required=True)
    date_to = fields.Date("To", required=True)
    number_next = fields.Integer("Next Number", required=True, default=1)

    _date_order = fields.Check("date_to >= date_from", "The period ends before it begins.")

    @api.constrains("sequence_id", "date_from", "date_to")
    def _check_overlap(self) -> None:
        for period in self:
            other = self.search(
                [
                    ("sequence_id", "=", period.sequence_id.id),
                    ("id", "!=", period.id),
                    ("date_from", "<=", period.date_to),
                    ("date_to", ">=", period.date_from),
                ],
                limit=1,
            )
            if other:
                raise ValidationError(
                    "The period from {start} to {end} overlaps another one of {sequence}.",
                    fields=["date_from", "date_to"],
                    start=period.date_from,
                    end=period.date_to,
                    sequence=period.sequence_id.name,
                )

    def unlink(self) -> bool:
        """A period that has given numbers stays: a new one would give them again."""
        for period in self:
            if period.number_next > 1 and period.sequence_id.implementation == "no_gap":
                raise UserError("The period from {start} has given numbers already.", start=period.date_from)
        return super().unlink()
