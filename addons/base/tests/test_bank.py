import pytest

from addons.base.models.bank import Bank, PartnerBank
from addons.base.models.partner import Partner
from core import Env
from core.errors import ValidationError

IBAN = "ES9121000418450200051332"


def test_an_iban_is_kept_in_groups_with_the_code_of_its_bank(env: Env) -> None:
    owner = env[Partner].create({"name": "Ana"})
    account = env[PartnerBank].create({"acc_number": IBAN, "partner_id": owner.id})
    assert account.acc_number == "ES91 2100 0418 4502 0005 1332"
    assert account.bank_bic == "CAIXESBB"


def test_a_wrong_iban_is_refused_and_another_number_is_not(env: Env) -> None:
    owner = env[Partner].create({"name": "Ana"})
    with pytest.raises(ValidationError, match="IBAN"):
        env[PartnerBank].create({"acc_number": IBAN[:-1] + "3", "partner_id": owner.id})
    assert (
        env[PartnerBank].create({"acc_number": "12-34", "state": "bank", "partner_id": owner.id}).acc_number == "12-34"
    )


def test_banks_are_found_by_their_code(env: Env) -> None:
    bank = env[Bank].create({"name": "Caja", "bic": "CAIXESBBXXX"})
    assert bank.id in [one for one, _ in env[Bank].name_search("CAIXESBBXXX")]
    with pytest.raises(ValidationError):
        bank.write({"bic": "NOPE"})
