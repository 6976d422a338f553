"""Numbers, money, dates and hours as people in one language write them, and the way back from what they type."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from babel import Locale, UnknownLocaleError, dates, numbers

from core.errors import ValidationError
from core.kernel.text import fold
from core.kernel.zones import to_local, to_utc

DateStyle = Literal["short", "medium", "long", "full"]
Number = int | float | Decimal

_EXACT: Final = Context(prec=80)
_SPACES: Final = re.compile(r"\s+")
_TIME: Final = re.compile(r"(\d{1,2})(?:[:.h](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?)?h?\s*(.*)", re.DOTALL)
_MOST_DIGITS = 6


@lru_cache(maxsize=256)
def locale_of(lang: str) -> Locale:
    """The locale of a language code such as `es_ES`; of its language alone, or English, where there is none."""
    for code in (lang.replace("-", "_"), lang.replace("-", "_").partition("_")[0]):
        try:
            return Locale.parse(code)
        except (UnknownLocaleError, ValueError, TypeError):
            continue
    return Locale("en", "US")


class _NumberStyle(NamedTuple):
    decimal: str
    group: str
    minus: str


@lru_cache(maxsize=256)
def _number_style(lang: str) -> _NumberStyle:
    symbols = locale_of(lang).number_symbols["latn"]
    return _NumberStyle(symbols["decimal"], symbols["group"], symbols["minusSign"])


def _exact(value: Number) -> Decimal:
    """The number as it is written, so that 1.005 rounds like a person would."""
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def format_number(value: Number, digits: int | None = None, lang: str = "en_US", *, grouping: bool = True) -> str:
    """The number in the reader's style: `format_number(1234.5, 2, "es_ES") == "1.234,50"`.

    `digits` are rounded half up; without them, as many are shown as the number has, at most six.
    """
    style = _number_style(lang)
    exact = _exact(value)
    if not exact.is_finite():
        return str(value)
    rounded = exact.quantize(Decimal(1).scaleb(-(_MOST_DIGITS if digits is None else digits)), ROUND_HALF_UP, _EXACT)
    text = f"{abs(rounded):,f}" if grouping else f"{abs(rounded):f}"
    whole, _, fraction = text.partition(".")
    if digits is None:
        fraction = fraction.rstrip("0")
    text = whole.replace(",", style.group) + (style.decimal + fraction if fraction else "")
    return style.minus + text if rounded < 0 else text


@lru_cache(maxsize=1024)
def _money_frame(currency: str, lang: str, negative: bool) -> tuple[str, str]:
    """What stands before and after the digits of an amount."""
    shown = numbers.format_currency(Decimal(-1 if negative else 1), currency, format=None, locale=locale_of(lang))
    digits = re.search(r"\d+(?:[.,٫]\d+)?", shown)
    assert digits is not None
    return shown[: digits.start()], shown[digits.end() :]


def format_money(value: Number, currency: str, lang: str = "en_US", digits: int = 2) -> str:
    """The amount with the sign of its currency (an ISO code): `format_money(-5, "EUR", "es_ES") == "-5,00 €"`."""
    exact = _exact(value)
    if not exact.is_finite():
        return str(value)
    rounded = exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, _EXACT)
    before, after = _money_frame(currency, lang, rounded < 0)
    return f"{before}{format_number(abs(rounded), digits, lang)}{after}"


def parse_number(text: str, lang: str = "en_US") -> Decimal:
    """The number that a person typed: `parse_number("1.234,5", "es_ES") == Decimal("1234.5")`.

    The separators of the other style are understood where only one reading is possible: `1.5` and `1,234.50` are
    numbers in Spanish too, since keypads write a point. Signs in front, behind or as brackets, and currency signs, are
    read.

    Raises:
        ValidationError: it is not a number.
    """
    style = _number_style(lang)
    kept = _SPACES.sub("", text.replace("−", "-").replace("'", "").replace("’", ""))
    kept = re.sub(r"^(-?)(?:[A-Z]{3}|[^\d\s.,()+-]{1,3})|(?:[A-Z]{3}|[^\d\s.,()+-]{1,3})(-?)$", r"\1\2", kept)
    negative = False
    if kept.startswith("(") and kept.endswith(")"):
        kept, negative = kept[1:-1], True
    elif kept.endswith("-"):
        kept, negative = kept[:-1], True
    if kept[:1] in {"+", "-"}:
        negative ^= kept[0] == "-"
        kept = kept[1:]
    plain = _without_groups(kept, style.decimal, "." if style.decimal == "," else ",")
    if len(text) > 60 or plain is None:
        raise ValidationError("{text} is not a number.", text=text[:60])
    number = Decimal(plain)
    return -number if negative and number else number


def _without_groups(text: str, decimal: str, other: str) -> str | None:
    """Digits with a point: in the reading of the language, else in the other one; None where neither makes sense."""
    for point, group in ((decimal, other), (other, decimal)):
        found = re.fullmatch(rf"([0-9]{{1,3}}(?:[{group}][0-9]{{3}})+|[0-9]*)(?:[{point}]([0-9]*))?", text)
        if found and (found[1] or found[2]):
            return (
                f"{found[1].replace(group, '') or '0'}.{found[2] or '0'}" if found[2] else found[1].replace(group, "")
            )
    return None


@lru_cache(maxsize=256)
def date_pattern(lang: str) -> str:
    """The order of a short date, such as `dd/MM/yyyy`: the locale's own, with two-digit days and four-digit years."""
    pattern = locale_of(lang).date_formats["short"].pattern
    for letter, width in (("d", 2), ("M", 2), ("y", 4)):
        pattern = re.sub(f"{letter}+", letter * width, pattern)
    return re.sub(r"[^dMy/.\- ]", "", pattern).strip()


@lru_cache(maxsize=256)
def _day_halves(lang: str) -> tuple[str, str] | None:
    """How the language writes AM and PM, or None where the clock has 24 hours."""
    locale = locale_of(lang)
    if "a" not in locale.time_formats["short"].pattern:
        return None
    names = locale.day_periods["format"]["abbreviated"]
    return _SPACES.sub(" ", names["am"]), _SPACES.sub(" ", names["pm"])


def format_date(value: date, lang: str = "en_US", style: DateStyle = "short") -> str:
    """The date: `06/05/2024` in Spanish, `05/06/2024` in American English; in words with the other styles."""
    if style != "short":
        return dates.format_date(value, style, locale=locale_of(lang))
    pattern = date_pattern(lang)
    return (
        pattern.replace("dd", f"{value.day:02}").replace("MM", f"{value.month:02}").replace("yyyy", f"{value.year:04}")
    )


def format_time(value: time | datetime, lang: str = "en_US", *, seconds: bool = False) -> str:
    """The time of day: `15:30`, or `3:30 PM` where people count so."""
    tail = f":{value.minute:02}:{value.second:02}" if seconds else f":{value.minute:02}"
    halves = _day_halves(lang)
    if halves is None:
        return f"{value.hour:02}{tail}"
    return f"{value.hour % 12 or 12}{tail} {halves[value.hour >= 12]}"


def format_datetime(
    value: datetime, lang: str = "en_US", tz: str = "UTC", style: DateStyle = "short", *, seconds: bool = False
) -> str:
    """A stored UTC datetime in the reader's zone: `06/05/2024 15:30`."""
    local = to_local(value, tz)
    return f"{format_date(local, lang, style)} {format_time(local, lang, seconds=seconds)}"


def parse_date(text: str, lang: str = "en_US") -> date:
    """The date that a person typed: in the order of the language, in ISO form, or with the month in words.

    A year of two digits lies between 1970 and 2069.

    Raises:
        ValidationError: it is not a date.
    """
    wrong = ValidationError("{text} is not a date; write it like {example}.", text=text[:60], example=_example(lang))
    if len(text) > 60:
        raise wrong
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        pass
    words = [
        word for word in re.split(r"[\s,/.\-]+", fold(text)) if word not in {"", "de", "del", "of", "the", "d", "di"}
    ]
    if len(words) != 3:
        raise wrong
    order = list(re.sub(r"[^dMy]|(.)(?=\1)", "", date_pattern(lang)))
    months = _month_names(lang)
    named = [position for position, word in enumerate(words) if word in months]
    if named:
        words[named[0]] = str(months[words[named[0]]])
        order = ["y", "M", "d"] if len(words[0]) == 4 else ["M", "d", "y"] if named[0] == 0 else ["d", "M", "y"]
    elif len(words[0]) == 4:
        order = ["y", "M", "d"]
    if not all(re.fullmatch(r"[0-9]{1,4}", word) for word in words):
        raise wrong
    parts = {letter: int(word) for letter, word in zip(order, words, strict=True)}
    year_digits = len(words[order.index("y")])
    if year_digits <= 2:
        parts["y"] += 2000 if parts["y"] < 70 else 1900
    try:
        return date(parts["y"], parts["M"], parts["d"])
    except ValueError:
        raise wrong from None


def _example(lang: str) -> str:
    return format_date(date(2030, 12, 31), lang)


@lru_cache(maxsize=256)
def _month_names(lang: str) -> dict[str, int]:
    locale = locale_of(lang)
    names: dict[str, int] = {}
    for form in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, name in locale.months[form][width].items():
                names[fold(name).rstrip(".")] = number
    return names


def parse_time(text: str, lang: str = "en_US") -> time:
    """The time of day that a person typed: `15:30`, `15.30`, `15h30`, `3:30 pm`.

    Raises:
        ValidationError: it is not a time.
    """
    found = _TIME.fullmatch(text.strip()) if len(text) <= 40 else None
    if found:
        hour, minute, second = int(found[1]), int(found[2] or 0), int(found[3] or 0)
        half = _half(found[4])
        halves = {"am": 0, "pm": 12}
        if names := _day_halves(lang):
            halves |= {_half(names[0]): 0, _half(names[1]): 12}
        if half in halves and 1 <= hour <= 12:
            hour = hour % 12 + halves[half]
        elif half:
            hour = 24
        if hour < 24 and minute < 60 and second < 60:
            return time(hour, minute, second)
    raise ValidationError("{text} is not a time; write it like {example}.", text=text[:40], example="15:30")


def _half(text: str) -> str:
    return re.sub(r"[\s.]", "", fold(text))


def parse_datetime(text: str, lang: str = "en_US", tz: str = "UTC") -> datetime:
    """The UTC datetime to store for what a person in `tz` typed: a date and perhaps a time, or ISO form.

    Raises:
        ValidationError: it is not a date with a time.
    """
    text = text.strip()
    try:
        found = datetime.fromisoformat(text) if len(text) <= 60 else None
    except ValueError:
        found = None
    if found is not None:
        if found.tzinfo is not None:
            return found.astimezone(UTC).replace(tzinfo=None)
        return to_utc(found, tz)
    clock = re.search(r"(?:^|[\sT,])(\d{1,2}(?:[:h]\d{0,2})(?::\d{2})?\s*[^\d]*)$", text[:80])
    day = parse_date(text[: clock.start()] if clock else text, lang)
    moment = parse_time(clock[1], lang) if clock else time()
    return to_utc(datetime.combine(day, moment), tz)


def format_hours(hours: Number) -> str:
    """A number of hours as a clock shows it: `format_hours(2.5) == "02:30"`."""
    minutes = int((abs(_exact(hours)) * 60).quantize(Decimal(1), ROUND_HALF_UP, _EXACT))
    return f"{'-' if hours < 0 and minutes else ''}{minutes // 60:02}:{minutes % 60:02}"


def parse_hours(text: str, lang: str = "en_US") -> Decimal:
    """The number of hours that a person typed as `2:30` or as `2,5`.

    Raises:
        ValidationError: it is neither.
    """
    found = re.fullmatch(r"\s*(-?)(\d{1,6}):([0-5]?\d)\s*", text)
    if not found:
        return parse_number(text, lang)
    hours = Decimal(found[2]) + (Decimal(found[3]) / 60).quantize(Decimal("0.000001"))
    return -hours if found[1] and hours else hours
