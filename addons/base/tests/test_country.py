from addons.base.models.country import Country, CountryState
from core import Env


def test_every_country_of_the_iso_list_is_there_with_its_spanish_name(env: Env) -> None:
    assert env[Country].search_count([]) >= 249
    germany = env.ref("base.de")
    assert germany.name == "Germany"
    assert germany.with_context(lang="es_ES").name == "Alemania"
    assert (germany.code3, germany.phone_code, germany.currency_id.name) == ("DEU", 49, "EUR")


def test_a_country_is_found_by_code_before_name(env: Env) -> None:
    assert [one for one, _ in env[Country].name_search("ES")] == [env.ref("base.es").id]
    assert env.ref("base.fr").id in [one for one, _ in env[Country].name_search("Fran")]


def test_spain_has_its_52_provinces(env: Env) -> None:
    spain = env.ref("base.es")
    assert env[CountryState].search_count([("country_id", "=", spain.id)]) == 52
    assert "Ourense" in spain.state_ids.mapped("name")
