"""What a file says and Grial does not know: told by column, with choices, and nothing of it is lost."""

import pytest

from core.data.sheets.importing import Import
from core.data.sheets.mapping import from_choices, propose
from core.data.sheets.outcome import Stopped
from core.data.sheets.reader import read_sheet
from core.errors import UnknownName, UserError

pytestmark = pytest.mark.addons("crm")

TITLES = "Company Name;Country;Tags;Description\n"
PLACES = (
    TITLES
    + "A;Houston, Texas;wood;Tall\nB;Atlantis;;\nC;London, UK;;\nD;Houston, Texas;;\nE;Spain;;\nF;Atlanta, Georgia;;"
)


def run(env, text, *choices, dry=False, **options):
    sheet = read_sheet(text.encode(), "prospects.csv")
    return Import(env, "crm.lead", sheet, from_choices(env, "crm.lead", sheet.header, choices), **options).run(dry)


def lead(env, name):
    return env["crm.lead"].with_context(active_test=False).search([("name", "=", name)])


def test_a_dry_run_tells_by_column_what_is_not_known_and_what_it_may_mean(env):
    (country,) = [one for one in run(env, PLACES, dry=True).unknown if one.name == "country_id"]
    assert (country.column, country.choice) == ("Country", "refuse")
    assert country.values == {"Houston, Texas": 2, "Atlantis": 1, "London, UK": 1, "Atlanta, Georgia": 1}
    assert country.lines == {2, 3, 4, 5, 7}
    assert {text: name for text, (_, name) in country.suggested.items()} == {
        "Houston, Texas": "United States",
        "London, UK": "United Kingdom",
    }
    assert country.helped == 3
    assert country.choices == ("refuse", "suggested", "keep", "empty")


def test_what_is_suggested_is_taken_and_the_text_kept_in_the_notes(env):
    outcome = run(env, PLACES, missing={"country_id": "suggested"})
    assert [r.line for r in outcome.refused] == [3, 7]
    assert [lead(env, name).country_id.code for name in "ACDE"] == ["US", "GB", "US", "ES"]
    assert lead(env, "A").description == "Tall\nCountry: Houston, Texas"
    assert lead(env, "C").description == "Country: London, UK"
    assert lead(env, "E").description == ""


def test_a_text_is_kept_in_the_notes_once(env):
    keep = {"missing": {"country_id": "keep"}, "key": ["name"]}
    assert not run(env, PLACES, **keep).refused
    assert lead(env, "B").description == "Country: Atlantis"
    lead(env, "B").description = "Called them.\nCountry: Atlantis"
    run(env, "Company Name;Country\nB;Atlantis\nE;Lemuria\n", **keep)
    assert lead(env, "B").description == "Called them.\nCountry: Atlantis"
    assert lead(env, "E").description == "Country: Lemuria"


def test_a_person_says_what_a_text_means(env):
    spain = env.ref("base.es").id
    meant = {"country_id": {"atlantis": spain, "*, Georgia": "USA", "London, UK": "", "Houston, Texas": "Francia"}}
    assert not run(env, PLACES, meant=meant).refused
    assert [lead(env, name).country_id.code for name in "ABCDF"] == ["FR", "ES", "", "FR", "US"]
    assert lead(env, "C").description == ""


def test_what_a_person_says_has_to_be_known(env):
    outcome = run(env, PLACES, meant={"country_id": {"Atlantis": "Lemuria"}})
    assert "Lemuria" in next(r.reason for r in outcome.refused if r.line == 3)


MIXED = "Company Name;Type;Planned Revenue;Expected Closing;Channel\nA;Nonsense;a lot;soon;Pigeon\n"


def test_all_faults_of_a_row_are_told_together(env):
    (refused,) = run(env, MIXED).refused
    assert (refused.line, refused.column) == (2, "Type")
    for word in ("Nonsense", "Planned Revenue: ", "a lot", "Expected Closing: ", "soon", "Channel: ", "Pigeon"):
        assert word in refused.reason


def test_numbers_dates_and_selections_may_stay_empty_too(env):
    missing = {"planned_revenue": "keep", "date_deadline": "keep", "type": "empty", "channel_id": "create"}
    outcome = run(env, MIXED, missing=missing)
    assert not outcome.refused
    one = lead(env, "A")
    assert (one.type, one.planned_revenue, one.date_deadline, one.channel_id.name) == ("lead", 0, None, "Pigeon")
    assert one.description == "Planned Revenue: a lot\nExpected Closing: soon"
    assert [u.name for u in outcome.unknown] == ["type", "planned_revenue", "date_deadline", "channel_id"]


def test_a_label_of_a_selection_can_be_meant(env):
    run(env, "Company Name;Type\nA;Deal\n", meant={"type": {"Deal": "Opportunity"}})
    assert lead(env, "A").type == "opportunity"


def test_spellings_of_one_text_are_counted_together(env):
    (tags,) = run(env, TITLES + "A;;Café, wood;\nB;;CAFE;\n", dry=True).unknown
    assert tags.values == {"Café": 2, "wood": 1}


TAGS = TITLES + "A;;wood, rare;\nB;;wood;\n"


@pytest.mark.parametrize(
    ("choice", "lines", "tags", "notes"),
    [("refuse", [2], [], ""), ("empty", [], ["wood"], ""), ("keep", [], ["wood"], "Tags: rare"),
     ("create", [], ["rare", "wood"], "")],
)  # fmt: skip
def test_tags_that_do_not_exist(env, choice, lines, tags, notes):
    env["crm.case.categ"].create({"name": "wood"})
    outcome = run(env, TAGS, missing={"categ_ids": choice})
    assert [r.line for r in outcome.refused] == lines
    assert sorted(lead(env, "A").mapped("categ_ids.name")) == tags
    assert (lead(env, "A").description or "") == notes
    assert [(one.values, one.choice) for one in outcome.unknown] == [({"rare": 1}, choice)]


def test_who_may_not_make_tags_is_not_offered_it(as_user, env):
    env["ir.model.access"].search([("model_id.model", "=", "crm.case.categ")]).write({"perm_create": False})
    env.flush()
    (tags,) = run(as_user("crm.group_sale_salesman"), TAGS, dry=True).unknown
    assert "create" not in tags.choices
    assert tags.choice == "refuse"


def test_a_country_cannot_be_made_of_its_name(env):
    with pytest.raises(UnknownName, match="create"):
        run(env, PLACES, missing={"country_id": "create"})


def test_a_choice_for_a_field_that_no_column_feeds_is_named(env):
    for options in ({"missing": {"channel_id": "empty"}}, {"meant": {"channel_id": {"a": "b"}}}):
        with pytest.raises(UnknownName, match="channel_id"):
            run(env, PLACES, **options)


def test_columns_that_feed_one_text_or_tags_are_put_together(env):
    text = "Company Name;Place;Street;More;Tags;Labels\nA;Patio;Rúa 1;Old;wood;tree, Wood\n"
    choices = ["Place=street", "Street=street", "More=description", "Tags=categ_ids", "Labels=categ_ids"]
    run(env, text, *choices)
    assert (lead(env, "A").street, lead(env, "A").description) == ("Patio Rúa 1", "Old")
    assert sorted(lead(env, "A").mapped("categ_ids.name")) == ["tree", "wood"]


def test_columns_that_cannot_be_put_together_are_refused(env):
    with pytest.raises(UserError, match="Planned Revenue"):
        run(env, "Company Name;One;Two\nA;1;2\n", "One=planned_revenue", "Two=planned_revenue")


def test_the_file_of_refused_rows_comes_in_again_as_it_is(env, as_user):
    for reader, title in ((env, "Refused because"), (as_user("admin", lang="es_ES"), "Rechazada porque")):
        sheet = read_sheet(PLACES.encode(), "prospects.csv")
        outcome = Import(reader, "crm.lead", sheet, propose(reader, "crm.lead", sheet.header)).run()
        back = read_sheet(outcome.refused_file(sheet), "refused.csv")
        assert back.header[-1] == title
        columns = propose(env, "crm.lead", back.header)
        assert len(back.header) - 1 not in columns
        again = read_sheet(Import(env, "crm.lead", back, columns).run().refused_file(back), "again.csv")
        assert again.header == (*sheet.header, "Refused because")
        assert [row[:-1] for row in again.rows] == [row[:-1] for row in back.rows]


def test_stopping_tells_every_bad_row(env):
    with pytest.raises(Stopped, match="5 rows") as stopped, env.savepoint():
        run(env, PLACES, stop=True)
    assert [r.line for r in stopped.value.outcome.refused] == [2, 3, 4, 5, 7]
    assert not stopped.value.outcome.created
    assert not lead(env, "E")
    assert len(run(env, PLACES, stop=True, dry=True).refused) == 5
