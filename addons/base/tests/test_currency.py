from datetime import timedelta
from decimal import Decimal

import pytest

from addons.base.models.currency import Currency, CurrencyRate
from core import Env
from core.errors import UserError, ValidationError


def test_an_amount_is_converted_at_the_rate_of_the_day(env: Env) -> None:
    euro, zloty = env.ref("base.EUR"), env.ref("base.PLN")
    today = env.today()
    rates = env[CurrencyRate]
    rates.create({"currency_id": zloty.id, "name": today - timedelta(days=10), "rate": "4.20"})
    rates.create({"currency_id": zloty.id, "name": today - timedelta(days=2), "rate": "4.40"})
    assert euro.convert(Decimal(100), zloty) == Decimal("440.00")
    assert euro.convert(Decimal(100), zloty, today - timedelta(days=5)) == Decimal("420.00")
    assert zloty.convert(Decimal("44.00"), euro) == Decimal("10.00")
    assert zloty.rate == Decimal("4.40")


def test_a_currency_without_a_rate_is_an_explained_refusal(env: Env) -> None:
    with pytest.raises(UserError, match="no rate of JPY"):
        env.ref("base.EUR").convert(Decimal(1), env.ref("base.JPY"))


def test_amounts_are_rounded_half_up_to_the_smallest_unit(env: Env) -> None:
    assert env.ref("base.EUR").round(Decimal("2.675")) == Decimal("2.68")
    assert env.ref("base.JPY").round(Decimal("2.5")) == Decimal(3)
    assert env.ref("base.EUR").is_zero(Decimal("0.004"))


def test_one_rate_a_day(env: Env) -> None:
    values = {"currency_id": env.ref("base.PLN").id, "name": env.today(), "company_id": env.ref("base.main_company").id}
    env[CurrencyRate].create({**values, "rate": 4})
    env[CurrencyRate].create({**values, "rate": 5})
    with pytest.raises(ValidationError, match="rate for that day"):
        env.flush()


def test_the_iso_list_is_there_and_only_the_usual_ones_are_active(env: Env) -> None:
    everything = env[Currency].with_context(active_test=False)
    assert everything.search_count([]) >= 150
    assert {"EUR", "USD"} <= set(env[Currency].search([]).mapped("name"))
    assert env.ref("base.KWD").accuracy == 3
