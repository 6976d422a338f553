import pytest

from addons.base.models.partner import Partner
from core import Env
from core.errors import UserError, ValidationError


def company(env: Env, **values: object) -> Partner:
    return env[Partner].create({"name": "Acme S.L.", "is_company": True, "country_id": env.ref("base.es").id, **values})


def test_a_contact_is_named_with_its_company(env: Env) -> None:
    acme = company(env)
    ana = env[Partner].create({"name": "Ana Ruiz", "parent_id": acme.id})
    assert ana.display_name == "Acme S.L., Ana Ruiz"
    assert acme.display_name == "Acme S.L."


def test_the_commercial_entity_is_the_nearest_company_above(env: Env) -> None:
    acme = company(env)
    office = env[Partner].create({"name": "Office", "parent_id": acme.id})
    ana = env[Partner].create({"name": "Ana", "parent_id": office.id})
    assert ana.commercial_partner_id == acme
    office.write({"is_company": True})
    assert ana.commercial_partner_id == office


def test_a_tax_id_is_kept_without_separators_and_checked(env: Env) -> None:
    acme = company(env, vat="es b-12.345.674")
    assert acme.vat == "ESB12345674"
    with pytest.raises(ValidationError, match="check digits"):
        acme.write({"vat": "ESB12345675"})


def test_a_tax_id_without_letters_follows_the_country(env: Env) -> None:
    assert company(env, vat="B12345674").vat == "B12345674"
    with pytest.raises(ValidationError):
        company(env, vat="B12345675")


def test_a_contact_takes_the_tax_id_of_its_company(env: Env) -> None:
    acme = company(env, vat="ESB12345674")
    ana = env[Partner].create({"name": "Ana", "parent_id": acme.id})
    assert ana.vat == "ESB12345674"
    acme.write({"vat": "ESA28123453"})
    assert ana.vat == "ESA28123453"


def test_an_impossible_telephone_number_is_refused(env: Env) -> None:
    with pytest.raises(ValidationError, match="telephone"):
        company(env, phone="12")
    assert company(env, phone="+49 30 901820").phone == "+49 30 901820"


def test_the_address_of_the_company_reaches_the_contacts_that_use_it(env: Env) -> None:
    acme = company(env, street="Calle Mayor 1", city="Madrid")
    ana = env[Partner].create({"name": "Ana", "parent_id": acme.id, "use_parent_address": True})
    own = env[Partner].create({"name": "Luis", "parent_id": acme.id, "city": "Sevilla"})
    assert (ana.street, ana.city) == ("Calle Mayor 1", "Madrid")
    acme.write({"city": "Toledo"})
    assert ana.city == "Toledo"
    assert own.city == "Sevilla"


def test_partners_are_found_by_name_reference_email_tax_id_and_company(env: Env) -> None:
    acme = company(env, ref="C-77", email="info@acme.example", vat="ESB12345674")
    ana = env[Partner].create({"name": "Ana Ruiz", "parent_id": acme.id})
    for text in ("acme", "C-77", "info@acme.example", "b12345674".upper(), "ES B12345674"):
        found = [one for one, _ in env[Partner].name_search(text)]
        assert acme.id in found or text == "B12345674", text
    assert ana.id in [one for one, _ in env[Partner].name_search("acme")]
    assert [one for one, _ in env[Partner].name_search("Acme S.L., Ana")] == [ana.id]


def test_name_create_reads_name_and_address(env: Env) -> None:
    created, _ = env[Partner].name_create("Ana Ruiz <ana@acme.example>")
    ana = env[Partner].browse(created)
    assert (ana.name, ana.email) == ("Ana Ruiz", "ana@acme.example")
    with pytest.raises(ValidationError):
        env[Partner].name_create("  ")


def test_a_partner_cannot_be_above_itself(env: Env) -> None:
    acme = company(env)
    below = company(env, name="Below", parent_id=acme.id)
    with pytest.raises(ValidationError):
        acme.write({"parent_id": below.id})


def test_deleting_a_company_leaves_its_contacts_loose(env: Env) -> None:
    acme = company(env)
    ana = env[Partner].create({"name": "Ana", "parent_id": acme.id})
    acme.unlink()
    assert ana.exists()
    assert not ana.parent_id


def test_the_partner_of_a_user_stays(env: Env) -> None:
    with pytest.raises(UserError, match="Deactivate the user"):
        env.ref("base.partner_admin").unlink()


def test_the_address_is_laid_out_as_the_country_does(env: Env) -> None:
    acme = company(env, street="Calle Mayor 1", zip="28013", city="Madrid", state_id=env.ref("base.state_es_m").id)
    assert acme.contact_address.splitlines() == ["Calle Mayor 1", "28013 Madrid Madrid", "Spain"]


def test_address_get_finds_the_address_of_a_type(env: Env) -> None:
    acme = company(env, type="default")
    billing = env[Partner].create({"name": "Billing", "parent_id": acme.id, "type": "invoice"})
    assert acme.address_get(["invoice", "delivery"]) == {"invoice": billing.id, "delivery": acme.id, "default": acme.id}


def test_tags_are_made_with_their_parents(env: Env) -> None:
    tags = env["res.partner.category"]
    created, name = tags.name_create("Region / North")
    assert name == "Region / North"
    assert tags.name_create("Region / North")[0] == created
    assert tags.search_count([("complete_name", "=", "Region")]) == 1


def test_a_text_of_signs_alone_does_not_find_everybody_without_a_tax_id(env: Env) -> None:
    env[Partner].create([{"name": "_"}, {"name": "Ana Ruiz"}])
    assert [name for _, name in env[Partner].name_search("_", operator="=")] == ["_"]
