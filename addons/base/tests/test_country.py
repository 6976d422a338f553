import pytest

from addons.base.models.country import Country, CountryState
from core import Env
from core.data.sheets.names import Names
from core.kernel.text import fold


def test_every_country_of_the_iso_list_is_there_with_its_spanish_name(env: Env) -> None:
    assert env[Country].search_count([]) >= 249
    germany = env.ref("base.de")
    assert germany.name == "Germany"
    assert germany.with_context(lang="es_ES").name == "Alemania"
    assert (germany.code3, germany.phone_code, germany.currency_id.name) == ("DEU", 49, "EUR")


def test_a_country_is_found_by_code_before_name(env: Env) -> None:
    assert env[Country].name_search("ES")[0][0] == env.ref("base.es").id
    assert env.ref("base.fr").id in [one for one, _ in env[Country].name_search("Fran")]


def test_spain_has_its_52_provinces(env: Env) -> None:
    spain = env.ref("base.es")
    assert env[CountryState].search_count([("country_id", "=", spain.id)]) == 52
    assert "Ourense" in spain.state_ids.mapped("name")


OTHER_NAMES = {
    "base.us": ["USA", "U.S.A.", "usa", "United States of America", "EE. UU.", "EEUU", "Estados Unidos de América"],
    "base.uk": ["UK", "GB", "GBR", "Great Britain", "England", "Reino Unido", "gran bretana"],
    "base.nl": ["Holland", "Holanda", "The Netherlands", "Netherlands, The", "Países Bajos", "NEDERLAND"],
    "base.ru": ["Russian Federation", "Federación de Rusia"],
    "base.kr": ["Korea, Republic of", "Republic of Korea", "Corea del Sur", "KOR"],
    "base.cz": ["Czech Republic", "República Checa", "Cesko"],
    "base.de": ["Deutschland", "Alemania", "Federal Republic of Germany", "DE"],
}


@pytest.mark.parametrize("xmlid", OTHER_NAMES)
def test_other_names_find_a_country_in_forms_searches_and_files(env: Env, xmlid: str) -> None:
    country = env.ref(xmlid)
    partner = env["res.partner"].create({"name": "Here", "country_id": country.id})
    names = Names(env, "res.country")
    names.prepare(OTHER_NAMES[xmlid])
    for name in OTHER_NAMES[xmlid]:
        assert env[Country].with_context(lang="es_ES").name_search(name, limit=8)[0][0] == country.id, name
        assert partner in env["res.partner"].with_context(lang="es_ES").search([("country_id", "ilike", name)]), name
        assert names.find(name) == country.id, name


def test_part_of_another_name_is_enough_while_one_types(env: Env) -> None:
    assert env.ref("base.uk").id in [one for one, _ in env[Country].name_search("gran bre")]


def test_no_name_means_two_countries(env: Env) -> None:
    meant: dict[str, set[int]] = {}
    for country in env[Country].search([]):
        spanish = country.with_context(lang="es_ES").name
        for name in (country.name, spanish, country.code, country.code3, *country.alias_ids.mapped("name")):
            meant.setdefault(fold(name or ""), set()).add(country.id)
    assert {name: ids for name, ids in meant.items() if len(ids) > 1 and name} == {}


def test_a_place_suggests_its_country_unless_it_may_be_two(env: Env) -> None:
    names = Names(env, "res.country")
    places = {
        "Houston, Texas": "US",
        "Warmley,Bristol, United Kingdom": "GB",
        "London, UK": "GB",
        "Denver, CO": "",
        "Atlanta, Georgia": "",
        "Germny": "DE",
        "none": "",
    }
    names.prepare(places)
    found = {text: env[Country].browse(one).code for text, one in names.suggest(places).items()}
    assert found == {text: code for text, code in places.items() if code}
