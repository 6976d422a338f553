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
    assert (facts["created"], facts["unknown"][0]["values"]) == (3, {"Atlantis": 1})
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
    assert text.splitlines()[0] == "Company Name;City;Country;Tags;Refused because"
    assert len(text.splitlines()) == 2
    file.write_text(text.replace("Atlantis", "Portugal", 1))
    code, facts = load()
    assert (code, facts["created"], facts["refused"]) == (0, 1, [])
    assert len(cities(database)) == 3


def test_nothing_refused_writes_no_file(load, tmp_path):
    refused = tmp_path / "refused.csv"
    assert load("--missing", "country_id=empty", "--refused", refused)[0] == 0
    assert not refused.exists()


def test_a_stopped_import_names_the_line_and_keeps_nothing(load, database):
    code, facts = load("--on-error", "stop")
    assert code == 1
    assert (facts["created"], facts["made"], facts["batch"]) == (0, {}, None)
    assert [refused["line"] for refused in facts["refused"]] == [4]
    assert (cities(database), tags(database)) == ({}, [])


PLACES = "Company Name;Country\nOak;Houston, Texas\nFir;Atlantis\nElm;Atlantis\nAsh;Spain\nYew;Georgia, Georgia\n"


def test_a_dry_run_tells_a_person_what_is_not_known_and_what_to_do(grial, database, file):
    file.write_text(PLACES)
    base = ["import", file, "-d", database.name, "--model", "crm.lead", "--dry-run"]
    said = grial(*base).stdout
    assert "Country: 3 different values in 4 rows are not known: “Atlantis” (2), " in said
    assert "“Houston, Texas” as United States" in said
    for choice in ("suggested", "keep", "empty"):
        assert f"  --missing country_id={choice}" in said
    assert "country_id=create" not in said
    assert "  --value country_id:Atlantis=NAME" in said
    assert f"{file}:3: Country: " in said
    suggested = grial(*base, "--missing", "country_id=suggested", "--value", "country_id:atl*=Portugal")
    assert "5 rows: 4 would be created, 0 would be updated, 1 refused." in suggested.stdout
    assert "taken in 1 rows" in suggested.stdout


def test_many_refused_rows_do_not_bury_the_rest(grial, database, file, tmp_path):
    file.write_text("Company Name;Country\n" + "A;Atlantis\n" * 50)
    base = ["import", file, "-d", database.name, "--model", "crm.lead"]
    told = grial(*base, "--refused", tmp_path / "refused.csv").stdout
    assert f"… and 30 more rows; all are in {tmp_path / 'refused.csv'}." in told
    assert f"{file}:22: " not in told


def test_a_program_reads_what_is_not_known(load, file):
    file.write_text(PLACES)
    _, facts = load("--dry-run")
    (country,) = facts["unknown"]
    assert (country["field"], country["column"], country["rows"], country["choice"]) == (
        "country_id",
        "Country",
        4,
        "refuse",
    )
    assert country["values"]["Atlantis"] == 2
    assert country["suggested"] == {"Houston, Texas": "United States"}


def test_columns_that_feed_nothing_are_told(grial, database, file):
    file.write_text("Company Name;Shoe\nA;42\n")
    answer = grial("import", file, "-d", database.name, "--model", "crm.lead")
    assert "Shoe -> nothing; --map" in answer.stderr
    assert "--undo" in answer.stdout


def test_imports_are_listed_and_undone(grial, load, database, file):
    empty = grial("import", "--list", "-d", database.name)
    assert (empty.exit_code, empty.stdout) == (0, "Nothing has been imported yet.\n")
    first = load("--missing", "country_id=empty")[1]["batch"]
    file.write_text(CSV.replace("Lugo", "Vigo") + "Ash Ltd;Noia;Spain;\n")
    second = load("--missing", "country_id=empty", "--key", "name")[1]["batch"]
    listed = json.loads(grial("import", "--list", "-d", database.name, "--model", "crm.lead", "--json").stdout)
    assert [(one["id"], one["created"], one["updated"], one["state"]) for one in listed] == [
        (second, 1, 3, "done"),
        (first, 3, 0, "done"),
    ]
    assert json.loads(grial("import", "--list", "-d", database.name, "--model", "res.partner", "--json").stdout) == []
    told = grial("import", "--undo", second, "-d", database.name, "--dry-run").stdout
    assert "to delete: 1\n" in told
    assert "give their values back: 1\n" in told
    assert len(cities(database)) == 4
    done = json.loads(grial("import", "--undo", second, "-d", database.name, "--json").stdout)
    assert (done["state"], done["undo"]["delete"], done["undo"]["restore"]) == ("undone", 1, 1)
    assert cities(database)["Oak Ltd"] == "Lugo"
    assert grial("import", "--undo", first, "-d", database.name, "--yes").exit_code == 0
    assert (cities(database), tags(database)) == ({}, [])
    again = grial("import", "--undo", first, "-d", database.name)
    assert again.exit_code == 1
    assert "cannot be undone" in again.stderr
    assert grial("import", "--undo", 99999, "-d", database.name).exit_code == 1


@pytest.mark.parametrize("options", [[], ["--list", "--undo", "1"]])
def test_an_import_is_of_a_file_a_list_or_an_undo(grial, database, options):
    assert grial("import", "-d", database.name, *options).exit_code == 2


def test_a_stopped_terminal_keeps_nothing(grial, database, file, monkeypatch):
    from core.data.sheets.importing import Import

    def run(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Import, "_match", run)
    answer = grial("import", file, "-d", database.name, "--model", "crm.lead")
    assert answer.exit_code == 1
    assert "nothing was kept" in answer.stderr
    assert cities(database) == {}


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--missing", "country_id"], 2, "FIELD=CHOICE"),
        (["--missing", "country_id=guess"], 1, "guess"),
        (["--value", "Spain"], 2, "FIELD:TEXT=NAME"),
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


def test_what_people_import_outlives_the_upgrade_and_the_removal_of_an_addon(grial, database, tmp_path):
    file = tmp_path / "datos.xml"
    text = """<data>
        <record id="ana" model="res.partner"><field name="name">Ana</field></record>
        <record id="crm.luis" model="res.partner"><field name="name">Luis</field><field name="parent_id" ref="ana"/></record>
        <record id="big" model="crm.lead"><field name="name">Big</field><field name="partner_id" ref="ana"/></record>
    </data>"""  # noqa: E501  # XML of a file
    file.write_text(text)

    def left(leads=True):
        def look(env):
            found = [env["res.partner"].search_count([("name", "=", name)]) for name in ("Ana", "Luis")]
            return found + ([env["crm.lead"].search_count([("name", "=", "Big")])] if leads else [])

        return database.databases.registries.run(database.name, look)

    for options in (["--addon", "crm"], ["--addon", "crm"], []):
        if not options:
            file.write_text("<data><record id='eva' model='res.partner'><field name='name'>Eva</field></record></data>")
        assert grial("import", file, "-d", database.name, *options).exit_code == 0
    assert left() == [1, 1, 1]
    grial("addon", "upgrade", "crm", "-d", database.name)
    assert left() == [1, 1, 1]
    grial("addon", "uninstall", "crm", "-y", "-d", database.name)
    assert left(leads=False) == [1, 1]
    grial("addon", "install", "crm", "-d", database.name)
    assert left() == [1, 1, 1]
    file.write_text(text.replace("Big", "Bigger").replace('name">Luis', 'name">Luisa'))
    grial("import", file, "-d", database.name, "--addon", "crm")
    assert left() == [1, 0, 0]


@pytest.mark.case("C42")
def test_an_export_is_imported_again_and_changes_nothing(grial, load, database, tmp_path):
    load("--missing", "country_id=empty")
    exported = tmp_path / "again.csv"
    fields = "id,name,city,country_id"
    answer = grial("export", exported, "-d", database.name, "--model", "crm.lead", "--fields", fields)
    assert answer.exit_code == 0
    answer = grial("import", exported, "-d", database.name, "--model", "crm.lead", "--map", "id=id", "--json")
    facts = json.loads(answer.stdout)
    assert (facts["created"], facts["updated"], facts["same"], facts["refused"]) == (0, 3, 3, [])


def test_empty_cells_leave_values_alone_unless_they_shall_clear_them(load, database, file):
    load("--missing", "country_id=empty")
    file.write_text("Company Name;City\nOak Ltd;\n")
    _, facts = load("--key", "name", "--dry-run")
    assert (facts["spared"], facts["cleared"]) == (1, 0)
    load("--key", "name")
    assert cities(database)["Oak Ltd"] == "Lugo"
    _, facts = load("--key", "name", "--empty", "clear")
    assert (facts["spared"], facts["cleared"]) == (0, 1)
    assert cities(database)["Oak Ltd"] == ""


def test_what_a_data_file_leaves_out_is_said_with_the_reason(grial, database, tmp_path):
    file = tmp_path / "datos.xml"
    file.write_text("""<data>
        <record id="ana" model="res.partner"><field name="name">Ana</field></record>
        <record id="eva" model="res.partner"><field name="name">Eva</field>
            <field name="country_id" search="[('name', '=', 'Atlantis')]"/></record>
    </data>""")
    answer = grial("import", file, "-d", database.name, "--dry-run")
    assert answer.exit_code == 1
    assert "datos.xml:3: eva was loaded, but this was left out: country_id: no res.country meets" in answer.stdout
    assert "1 loaded, 1 loaded only in part (see above). This was a dry run: nothing was saved." in answer.stdout
