"""Numbers, money, dates and hours as Spanish and American readers write them, and back."""

from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ValidationError
from core.kernel.formats import (
    date_pattern,
    format_date,
    format_datetime,
    format_hours,
    format_money,
    format_number,
    format_time,
    locale_of,
    parse_date,
    parse_datetime,
    parse_hours,
    parse_number,
    parse_time,
)

MADRID = "Europe/Madrid"
LANGS = st.sampled_from(["es_ES", "en_US", "fr_FR", "de_DE", "hu_HU", "sv_SE", "ja_JP", "ca_ES"])


@pytest.mark.parametrize(
    ("value", "digits", "spanish", "american"),
    [
        (1234.5, 2, "1.234,50", "1,234.50"),
        (Decimal("-1234567.895"), 2, "-1.234.567,90", "-1,234,567.90"),
        (1.005, 2, "1,01", "1.01"),
        (Decimal("-0.004"), 2, "0,00", "0.00"),
        (10**18, 0, "1.000.000.000.000.000.000", "1,000,000,000,000,000,000"),
        (0.1 + 0.2, None, "0,3", "0.3"),
        (1500, None, "1.500", "1,500"),
        (Decimal("2.50"), None, "2,5", "2.5"),
        (float("inf"), 2, "inf", "inf"),
    ],
)
def test_numbers(value: float, digits: int | None, spanish: str, american: str) -> None:
    assert format_number(value, digits, "es_ES") == spanish
    assert format_number(value, digits, "en_US") == american


def test_numbers_in_a_field_have_no_groups() -> None:
    assert format_number(1234567.5, 2, "es_ES", grouping=False) == "1234567,50"


def test_money() -> None:
    assert format_money(Decimal("1234.5"), "EUR", "es_ES") == "1.234,50\xa0€"
    assert format_money(-1234.5, "EUR", "es_ES") == "-1.234,50\xa0€"
    assert format_money(-1234.5, "USD", "en_US") == "-$1,234.50"
    assert format_money(1234, "JPY", "en_US", digits=0) == "¥1,234"
    assert format_money(5, "XYZ", "es_ES") == "5,00\xa0XYZ"
    assert format_money(Decimal("-0.001"), "EUR", "es_ES") == "0,00\xa0€"


@pytest.mark.parametrize(
    ("text", "lang", "value"),
    [
        ("1.234,5", "es_ES", "1234.5"),
        ("1.234", "es_ES", "1234"),
        ("1.234.567,89", "es_ES", "1234567.89"),
        ("1234.5", "es_ES", "1234.5"),
        ("1.5", "es_ES", "1.5"),
        ("1,234.50", "es_ES", "1234.50"),
        ("1,234,567", "es_ES", "1234567"),
        (",5", "es_ES", "0.5"),
        ("5,", "es_ES", "5"),
        ("1 234,5", "fr_FR", "1234.5"),
        ("1\u202f234,5", "fr_FR", "1234.5"),
        ("1'234.5", "de_CH", "1234.5"),
        ("1,234.5", "en_US", "1234.5"),
        ("1,234", "en_US", "1234"),
        ("1,5", "en_US", "1.5"),
        ("1.234,5", "en_US", "1234.5"),
        ("-5", "es_ES", "-5"),
        ("−5,5", "es_ES", "-5.5"),
        ("5-", "es_ES", "-5"),
        ("(5,20)", "es_ES", "-5.20"),
        ("+7", "es_ES", "7"),
        ("1.234,50 €", "es_ES", "1234.50"),
        ("-$1,234.50", "en_US", "-1234.50"),
        ("EUR 5", "es_ES", "5"),
        ("-0", "es_ES", "0"),
    ],
)
def test_what_people_type_as_a_number(text: str, lang: str, value: str) -> None:
    found = parse_number(text, lang)
    assert found == Decimal(value)
    assert str(found).count("-") == value.count("-") * (Decimal(value) != 0)


@pytest.mark.parametrize(
    "text",
    ["", " ", "abc", ".", "-", "()", "1.23.456", "1.234.5", "1,2,3", "1e5", "--5", "inf", "NaN", "١٢", "5" * 61, "0x1"],
)
def test_what_is_not_a_number(text: str) -> None:
    with pytest.raises(ValidationError, match="is not a number"):
        parse_number(text, "es_ES")


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=3), LANGS)
def test_a_formatted_number_is_read_back(value: Decimal, lang: str) -> None:
    assert parse_number(format_number(value, 3, lang), lang) == value
    assert parse_number(format_money(value, "EUR", lang, digits=3), lang) == value


def test_dates() -> None:
    day = date(2024, 5, 6)
    assert format_date(day, "es_ES") == "06/05/2024"
    assert format_date(day, "en_US") == "05/06/2024"
    assert format_date(day, "es_ES", "long") == "6 de mayo de 2024"
    assert format_date(date(1, 1, 1), "es_ES") == "01/01/0001"
    assert (date_pattern("es_ES"), date_pattern("en_US"), date_pattern("de_DE")) == (
        "dd/MM/yyyy",
        "MM/dd/yyyy",
        "dd.MM.yyyy",
    )


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("6/5/2024", "es_ES"),
        ("06-05-24", "es_ES"),
        ("6.5.2024", "es_ES"),
        ("6 de mayo de 2024", "es_ES"),
        ("6 MAY 2024", "es_ES"),
        ("5/6/24", "en_US"),
        ("May 6, 2024", "en_US"),
        ("6 May 2024", "en_US"),
        ("2024-05-06", "es_ES"),
        (" 2024/5/6 ", "en_US"),
        ("20240506", "es_ES"),
    ],
)
def test_what_people_type_as_a_date(text: str, lang: str) -> None:
    assert parse_date(text, lang) == date(2024, 5, 6)


@pytest.mark.parametrize(
    "text", ["", "31/02/2024", "13/13/2024", "6/5", "yesterday", "1/2/3/4", "٦/٥/٢٠٢٤", "6/5/12024", "x" * 99]
)
def test_what_is_not_a_date(text: str) -> None:
    with pytest.raises(ValidationError, match=r"is not a date; write it like 31/12/2030\."):
        parse_date(text, "es_ES")


def test_a_short_year_is_of_this_century_or_the_last() -> None:
    assert [parse_date(f"1/1/{year}", "es_ES").year for year in ("00", "69", "70", "99")] == [2000, 2069, 1970, 1999]


@given(st.dates(), LANGS)
def test_a_formatted_date_is_read_back(day: date, lang: str) -> None:
    assert parse_date(format_date(day, lang), lang) == day


def test_times() -> None:
    assert format_time(time(15, 5), "es_ES") == "15:05"
    assert format_time(time(15, 5, 9), "es_ES", seconds=True) == "15:05:09"
    assert [format_time(time(hour, 5), "en_US") for hour in (0, 9, 12, 15)] == [
        "12:05 AM",
        "9:05 AM",
        "12:05 PM",
        "3:05 PM",
    ]


@pytest.mark.parametrize(
    ("text", "lang", "value"),
    [
        ("15:30", "es_ES", time(15, 30)),
        ("15.30", "es_ES", time(15, 30)),
        ("15h30", "es_ES", time(15, 30)),
        ("9h", "es_ES", time(9)),
        ("9:05:07", "es_ES", time(9, 5, 7)),
        ("3:30 pm", "en_US", time(15, 30)),
        ("12 AM", "en_US", time(0)),
        ("12 PM", "en_US", time(12)),
        ("3:30 p. m.", "es_ES", time(15, 30)),
    ],
)
def test_what_people_type_as_a_time(text: str, lang: str, value: time) -> None:
    assert parse_time(text, lang) == value


@pytest.mark.parametrize("text", ["", "24:00", "9:60", "13:00 pm", "nine", "9:5", "1:2:3:4", "9:00 xx"])
def test_what_is_not_a_time(text: str) -> None:
    with pytest.raises(ValidationError, match="is not a time"):
        parse_time(text, "en_US")


def test_datetimes_are_shown_in_the_zone_of_the_reader() -> None:
    assert format_datetime(datetime(2024, 7, 1, 22, 30), "es_ES", MADRID) == "02/07/2024 00:30"
    assert format_datetime(datetime(2024, 1, 1, 22, 30), "en_US", MADRID) == "01/01/2024 11:30 PM"
    assert format_datetime(datetime(2024, 1, 1, 22, 30), "es_ES", "", "long") == "1 de enero de 2024 22:30"


@pytest.mark.parametrize(
    ("text", "lang", "utc"),
    [
        ("02/07/2024 00:30", "es_ES", datetime(2024, 7, 1, 22, 30)),
        ("07/02/2024 12:30 AM", "en_US", datetime(2024, 7, 1, 22, 30)),
        ("2024-07-02 00:30:15", "es_ES", datetime(2024, 7, 1, 22, 30, 15)),
        ("2024-07-02T00:30", "es_ES", datetime(2024, 7, 1, 22, 30)),
        ("2024-07-01T22:30:00Z", "es_ES", datetime(2024, 7, 1, 22, 30)),
        ("2024-07-02T03:30:00+05:00", "es_ES", datetime(2024, 7, 1, 22, 30)),
        ("2/7/2024", "es_ES", datetime(2024, 7, 1, 22)),
        ("31/03/2024 02:30", "es_ES", datetime(2024, 3, 31, 1, 30)),
        ("27/10/2024 02:30", "es_ES", datetime(2024, 10, 27, 0, 30)),
    ],
)
def test_what_people_type_as_a_moment(text: str, lang: str, utc: datetime) -> None:
    assert parse_datetime(text, lang, MADRID) == utc


@pytest.mark.parametrize("text", ["", "12:30", "31/02/2024 12:00", "2/7/2024 25:00", "soon"])
def test_what_is_not_a_moment(text: str) -> None:
    with pytest.raises(ValidationError):
        parse_datetime(text, "es_ES", MADRID)


@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2100, 1, 1)), LANGS)
def test_a_formatted_moment_is_read_back(moment: datetime, lang: str) -> None:
    moment = moment.replace(second=0, microsecond=0)
    shown = format_datetime(moment, lang, MADRID)
    again = parse_datetime(shown, lang, MADRID)
    assert format_datetime(again, lang, MADRID) == shown
    assert abs((again - moment).total_seconds()) in {0, 3600}


def test_hours() -> None:
    assert [format_hours(value) for value in (2.5, Decimal("0.25"), -1.75, 100, 0, 1 / 3, -0.001)] == [
        "02:30", "00:15", "-01:45", "100:00", "00:00", "00:20", "00:00",
    ]  # fmt: skip
    assert parse_hours("2:30") == Decimal("2.5")
    assert parse_hours("-1:45") == Decimal("-1.75")
    assert parse_hours("2,5", "es_ES") == Decimal("2.5")
    with pytest.raises(ValidationError):
        parse_hours("2:75")


def test_an_unknown_language_is_written_like_english() -> None:
    for lang in ("", "xx_YY", "../..", "es-ES-ES-ES"):
        assert locale_of(lang).language in {"en", "es"}
    assert format_number(1234.5, 2, "xx") == "1,234.50"
    assert str(locale_of("es-MX")) == "es_MX"
