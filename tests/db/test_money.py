"""Amounts: the same exact result of any expression on both databases, and never a silent overflow."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, getcontext, localcontext
from fractions import Fraction
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Connection, Engine

from core.db.engine import begin
from core.db.scaled import LARGEST, unscale
from core.db.types import Money, id_column, insert_rows
from core.errors import ValidationError

amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=6, allow_nan=False)
small = st.decimals(min_value=-1000, max_value=1000, places=6, allow_nan=False)

metadata = sa.MetaData()
table = sa.Table(
    "amounts",
    metadata,
    id_column(),
    sa.Column("a", Money()),
    sa.Column("b", Money()),
    sa.Column("whole", sa.Integer()),
    sa.Column("rate", sa.Double()),
    sa.Column("short", Money(places=2)),
    sa.CheckConstraint("a IS NOT NULL OR b IS NULL"),
)
checked = sa.Table("checked_amounts", metadata, id_column(), sa.Column("a", Money()))
checked.append_constraint(
    sa.CheckConstraint(sa.and_(checked.c.a >= Decimal("0.5"), checked.c.a * 2 < 100), name="range")
)


@pytest.fixture
def amounts_table(engine: Engine) -> Engine:
    with begin(engine, write=True, schema=True) as connection:
        metadata.create_all(connection)
    return engine


def store(connection: Connection, *rows: tuple[Any, ...]) -> None:
    connection.execute(table.delete())
    insert_rows(connection, table, ["id", "a", "b", "whole", "rate"], [(i, *row) for i, row in enumerate(rows, 1)])


def rounded(value: Fraction) -> Decimal:
    with localcontext() as context:
        context.prec = 60
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        return exact.quantize(Decimal("0.000001"), ROUND_HALF_UP)


def value(engine: Engine, expression: Any, *rows: tuple[Any, ...]) -> Any:
    with begin(engine, write=True) as connection:
        store(connection, *rows)
        return connection.execute(sa.select(expression)).scalar()


@settings(max_examples=25)
@given(rows=st.lists(st.tuples(amounts, small), min_size=1, max_size=6))
def check_arithmetic(engine: Engine, rows: list[tuple[Decimal, Decimal]]) -> None:
    a, b = table.c.a, table.c.b
    expected = [
        (rounded(Fraction(x) * Fraction(y)), rounded(Fraction(x) / Fraction(y)) if y else None, x + y, x - y, -x)
        for x, y in rows
    ]
    assume(all(abs(quotient or 0) <= unscale(LARGEST) for _, quotient, *_ in expected))  # a larger one is refused
    with begin(engine, write=True) as connection:
        store(connection, *((x, y, 1, 1.0) for x, y in rows))
        found = connection.execute(sa.select(a * b, a / b, a + b, a - b, -a).order_by(table.c.id)).all()
        assert [tuple(row) for row in found] == expected
        query = sa.select(sa.func.sum(a), sa.func.avg(a), sa.func.min(a), sa.func.max(a), sa.func.sum(a * b))
        total = sum((x for x, _ in rows), Decimal(0))
        assert tuple(connection.execute(query).one()) == (
            total,
            rounded(Fraction(total) / len(rows)),
            min(x for x, _ in rows),
            max(x for x, _ in rows),
            sum((row[0] for row in expected), Decimal(0)),
        )
        for limit in (Decimal(0), rows[0][0], rows[0][1]):
            query = sa.select(table.c.id).where(a > limit).order_by(table.c.id)
            assert list(connection.execute(query).scalars()) == [i for i, (x, _) in enumerate(rows, 1) if x > limit]


@pytest.mark.case("I13")
def test_expressions_equal_exact_arithmetic(amounts_table: Engine) -> None:
    check_arithmetic(amounts_table)


@settings(max_examples=25)
@given(amount=small, whole=st.integers(-1000, 1000), rate=st.floats(-1000, 1000).filter(lambda f: abs(f) > 1e-3))
def check_mixed(engine: Engine, amount: Decimal, whole: int, rate: float) -> None:
    a, number, real = table.c.a, table.c.whole, table.c.rate
    exact_rate = Fraction(Decimal(f"{rate:.15g}"))
    expressions: list[tuple[Any, Any]] = [
        (a * number, amount * whole),
        (number * a, amount * whole),
        (a + number, amount + whole),
        (number - a, whole - amount),
        (a / number, rounded(Fraction(amount) / whole) if whole else None),
        (a * real, rounded(Fraction(amount) * exact_rate)),
        (a / real, rounded(Fraction(amount) / exact_rate)),
        (real * a, pytest.approx(float(amount) * rate, abs=1e-9)),
        (a * number * a, rounded(Fraction(amount * whole) * Fraction(amount))),
        (number * number * a, amount * whole * whole),
        (number + number + a, amount + whole + whole),
        (a + number + a + 1, amount + whole + amount + 1),
        (a - number - a, Decimal(-whole)),
        (-(a * number), -(amount * whole)),
        (a * 3, amount * 3),
        (3 * a, amount * 3),
        (1 - a, 1 - amount),
        (a * 0.5, rounded(Fraction(amount) / 2)),
        (a > number, amount > whole),
        (number == a, whole == amount),
        (a < real, float(amount) < rate),
        (a.between(number, number + 1), whole <= amount <= whole + 1),
    ]
    with begin(engine, write=True) as connection:
        store(connection, (amount, None, whole, rate))
        found = connection.execute(sa.select(*(expression for expression, _ in expressions))).one()
    for (expression, expected), result in zip(expressions, found, strict=True):
        assert result == expected, str(expression)


def test_amounts_beside_other_numbers(amounts_table: Engine) -> None:
    check_mixed(amounts_table)


@pytest.mark.case("I13")
def test_averages_are_right(amounts_table: Engine) -> None:
    """A plain scaled type gives averages that are wrong by a million."""
    rows = [(Decimal("1.10"), None, 1, 0.5), (Decimal("2.25"), None, 2, 0.5), (None, None, 4, 2.0)]
    average = sa.func.avg(table.c.a)
    assert value(amounts_table, average, *rows) == Decimal("1.675")
    assert value(amounts_table, average) is None
    assert value(amounts_table, sa.func.avg(table.c.whole), *rows) == pytest.approx(7 / 3)
    assert isinstance(value(amounts_table, sa.func.avg(table.c.whole), *rows), float)
    assert value(amounts_table, sa.func.avg(table.c.a.distinct()), *rows, rows[0]) == Decimal("1.675")
    assert value(amounts_table, average.filter(table.c.a > 2), *rows) == Decimal("2.25")
    with begin(amounts_table, write=True) as connection:
        store(connection, *rows)
        running = sa.select(average.over(order_by=table.c.id, rows=(None, 0))).order_by(table.c.id)
        assert list(connection.execute(running).scalars()) == [Decimal("1.1"), Decimal("1.675"), Decimal("1.675")]
        moving = sa.select(average.over(order_by=table.c.id, rows=(-1, 0))).order_by(table.c.id)
        assert list(connection.execute(moving).scalars()) == [Decimal("1.1"), Decimal("1.675"), Decimal("2.25")]
        groups = sa.select(table.c.rate).group_by(table.c.rate).having(average > Decimal("1.6"))
        assert list(connection.execute(groups).scalars()) == [0.5]


@pytest.mark.case("I13")
def test_halves_are_rounded_away_from_zero(amounts_table: Engine) -> None:
    for given_value, expected in (("2.6750005", "2.675001"), ("-2.6750005", "-2.675001"), ("0.0000004", "0")):
        assert value(amounts_table, table.c.a, (Decimal(given_value), None, 0, 0.0)) == Decimal(expected)
    half = (Decimal("0.000001"), Decimal("0.5"), 2, 0.0)
    for expression in (table.c.a * table.c.b, table.c.a / table.c.whole):
        assert value(amounts_table, expression, half) == Decimal("0.000001")
        assert value(amounts_table, expression, (-half[0], *half[1:])) == Decimal("-0.000001")
    rows = [(Decimal("0.000001"), None, 0, 0.0), (Decimal("0.000002"), None, 0, 0.0)]
    assert value(amounts_table, sa.func.avg(table.c.a), *rows) == Decimal("0.000002")


def test_division_by_zero_is_empty(amounts_table: Engine) -> None:
    row = (Decimal(5), Decimal(0), 0, 0.0)
    for divisor in (table.c.b, table.c.whole):
        assert value(amounts_table, table.c.a / divisor, row) is None


def test_casts(amounts_table: Engine) -> None:
    row = (Decimal("-12.5"), Decimal("1234.5"), 7, 2.25)
    a, b = table.c.a, table.c.b
    assert value(amounts_table, sa.cast(a, sa.Text()), row) == "-12.500000"
    assert value(amounts_table, sa.cast(b, sa.Integer()), row) == 1235
    assert value(amounts_table, sa.cast(a, sa.Double()), row) == -12.5
    assert value(amounts_table, sa.cast(table.c.whole, Money()) + a, row) == Decimal("-5.5")
    assert value(amounts_table, sa.cast(table.c.rate, Money()), row) == Decimal("2.25")
    assert value(amounts_table, sa.cast(sa.literal("3.5", sa.Text()), Money()), row) == Decimal("3.5")
    assert value(amounts_table, sa.func.coalesce(sa.null(), sa.literal(5, Money()), a), row) == 5


@pytest.mark.case("I13")
@pytest.mark.parametrize(
    "wrong", [Decimal("NaN"), Decimal("Infinity"), float("nan"), "abc", "", True, [], 10**13, -(10**13)]
)
def test_what_is_no_amount_is_refused(amounts_table: Engine, wrong: Any) -> None:
    with begin(amounts_table, write=True) as connection:
        with pytest.raises(ValidationError):
            insert_rows(connection, table, ["id", "a"], [(1, wrong)])
        with pytest.raises((ValidationError, sa.exc.StatementError)):
            connection.execute(table.insert().values(a=wrong))


def test_an_overflow_is_a_clear_error(amounts_table: Engine) -> None:
    large = Decimal("9000000000000")
    product = table.c.a * table.c.b
    if amounts_table.dialect.name == "sqlite":
        for expression in (product, sa.func.sum(table.c.a)):
            with pytest.raises(ValidationError, match="too large"):
                value(amounts_table, expression, (large, large, 0, 0.0), (large, large, 0, 0.0))
        with pytest.raises(ValidationError, match="too large"):
            value(amounts_table, table.c.a + table.c.b, (large, large, 0, 0.0))
    else:
        assert value(amounts_table, product, (large, large, 0, 0.0)) == large * large
        with pytest.raises(ValidationError, match="too large"):
            value(amounts_table, sa.cast(product, Money()), (large, large, 0, 0.0))


def test_no_context_of_the_caller_rounds_an_amount(amounts_table: Engine) -> None:
    exact = Decimal("8123456789012.123456")
    with localcontext() as context:
        context.prec = 4
        assert getcontext().prec == 4
        assert str(value(amounts_table, table.c.a, (exact, None, 0, 0.0))) == "8123456789012.123456"


def test_literals_in_a_check(amounts_table: Engine) -> None:
    for wrong in ("0.49", "50"):
        with pytest.raises(sa.exc.IntegrityError), begin(amounts_table, write=True) as connection:
            connection.execute(checked.insert().values(a=Decimal(wrong)))
    with begin(amounts_table, write=True) as connection:
        connection.execute(checked.insert().values(a=Decimal("0.5")))


def test_places_only_show(amounts_table: Engine) -> None:
    with begin(amounts_table, write=True) as connection:
        for given_value, shown in (("2.5", "2.50"), ("2.505", "2.505000")):
            connection.execute(table.delete())
            connection.execute(table.insert().values(short=Decimal(given_value)))
            assert str(connection.execute(sa.select(table.c.short)).scalar()) == shown


def test_a_reflected_amount_is_an_amount(amounts_table: Engine) -> None:
    with begin(amounts_table, write=True) as connection:
        store(connection, (Decimal("1.5"), None, 0, 0.0))
        reflected = sa.Table("amounts", sa.MetaData(), autoload_with=connection)
        assert connection.execute(sa.select(reflected.c.a)).scalar() == Decimal("1.5")
