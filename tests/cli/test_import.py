"""`grial import` of people's files, as scripts use it: what it proposes, keeps, refuses, and its exit codes."""

import json

import pytest

pytestmark = pytest.mark.addons("crm")

CSV = (
    "Company Name;City;Country;Tags\n"
    "Oak Ltd;Lugo;Spain;Wood, Old\n"
    "Fir Ltd;Bonn;Germany;wood\n"
    "Elm Ltd;Far away;Atlantis;Lost\n"
)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "prospects.csv"
    path.write_text(CSV)
    return path


@pytest.fixture
def load(grial, database, file):
    """Import the file into leads with these options; the exit code and what a program reads."""

    def run(*options):
        answer = grial("import", file, "-d", database.name, "--model", "crm.lead", "--json", *options)
        return answer.exit_code, json.loads(answer.stdout) if answer.stdout.strip() else answer.stderr

    return run


def cities(database):
    with database.transaction(write=False) as env:
        return {lead.name: lead.city for lead in env["crm.lead"].search([])}


def tags(database):
    with database.transaction(write=False) as env:
        return sorted(env["crm.case.categ"].search([("name", "in", ["Wood", "wood", "Old", "Lost"])]).mapped("name"))


def test_a_dry_run_tells_what_would_happen_and_keeps_nothing(load, database):
    code, facts = load("--dry-run")
    assert code == 1
    assert facts["dry_run"] is True
    assert (facts["rows"], facts["created"], facts["updated"]) == (3, 2, 0)
    assert facts["made"] == {"crm.case.categ": 2}
    assert facts["batch"] is None
    (refused,) = facts["refused"]
    assert (refused["line"], refused["column"]) == (4, "Country")
    assert "Atlantis" in refused["reason"]
    assert (cities(database), tags(database)) == ({}, [])


def test_rows_come_in_by_the_proposed_columns_and_again_by_key(load, database, file):
    code, facts = load("--missing", "country_id=empty")
    assert code == 0
    assert (facts["created"], facts["dropped"]) == (3, {"country_id": ["Atlantis"]})
    assert len(tags(database)) == 3
    file.write_text(CSV.replace("Lugo", "Vigo") + "Ash Ltd;Noia;Spain;\n")
    code, facts = load("--missing", "country_id=empty", "--key", "name")
    assert (code, facts["created"], facts["updated"]) == (0, 1, 3)
    assert cities(database) == {"Oak Ltd": "Vigo", "Fir Ltd": "Bonn", "Elm Ltd": "Far away", "Ash Ltd": "Noia"}


def test_columns_are_mapped_by_hand(load, database):
    code, _ = load("--map", "City=street", "--map", "City=description", "--map", "Country=", "--map", "Tags=")
    assert code == 0
    with database.transaction(write=False) as env:
        lead = env["crm.lead"].search([("name", "=", "Elm Ltd")])
        assert (lead.street, lead.description, lead.city) == ("Far away", "Far away", "")
    assert tags(database) == []


def test_refused_rows_are_a_file_that_comes_in_once_corrected(load, database, file, tmp_path):
    refused = tmp_path / "refused.csv"
    assert load("--refused", refused)[0] == 1
    text = refused.read_text("utf-8-sig")
    assert text.splitlines()[0] == "Company Name;City;Country;Tags;Reason"
    assert len(text.splitlines()) == 2
    file.write_text(text.replace("Atlantis", "Portugal", 1))
    code, facts = load("--map", "Reason=")
    assert (code, facts["created"], facts["refused"]) == (0, 1, [])
    assert len(cities(database)) == 3


def test_nothing_refused_writes_no_file(load, tmp_path):
    refused = tmp_path / "refused.csv"
    assert load("--missing", "country_id=empty", "--refused", refused)[0] == 0
    assert not refused.exists()


def test_a_stopped_import_names_the_line_and_keeps_nothing(load, database):
    code, said = load("--on-error", "stop")
    assert code == 1
    assert "Line 4" in said
    assert (cities(database), tags(database)) == ({}, [])


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--missing", "country_id"], 2, "FIELD=CHOICE"),
        (["--missing", "country_id=guess"], 1, "guess"),
        (["--key", "email_from"], 1, "email_from"),
        (["--map", "City=cty"], 1, "Did you mean city?"),
        (["--user", "nobody"], 1, "nobody"),
        (["--on-error", "explode"], 2, "explode"),
    ],
)
def test_wrong_options_are_explained(grial, database, file, options, code, said):
    answer = grial("import", file, "-d", database.name, "--model", "crm.lead", *options)
    assert answer.exit_code == code
    assert said in answer.stderr
    assert cities(database) == {}
