"""`grial import` and `grial export`: people's files, addons' files, and the way back."""

import csv
import io
import json

import pytest
from python_calamine import CalamineWorkbook

CSV = "Name;E-mail;Country\nAna;ana@example.com;Spain\nBad;bad@example.com;Atlantis\n"
MAP = ["--map", "Name=name", "--map", "E-mail=email", "--map", "Country=country_id"]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(CSV)
    return path


def emails(database):
    with database.transaction(write=False) as env:
        return set(env["res.partner"].search([("email", "like", "@example.com")]).mapped("email"))


def test_bad_rows_are_told_one_by_one_and_left_out(grial, database, file, tmp_path):
    before = emails(database)
    refused = tmp_path / "refused.csv"
    answer = grial("import", file, "-d", database.name, "--model", "res.partner", *MAP, "--refused", refused)
    assert answer.exit_code == 1
    assert f"{file}:3: Country: " in answer.stdout
    assert "Atlantis" in answer.stdout
    assert "2 rows: 1 created, 0 updated, 1 refused." in answer.stdout
    assert emails(database) - before == {"ana@example.com"}
    assert "Bad" in refused.read_text("utf-8-sig")
    assert "Ana" not in refused.read_text("utf-8-sig")


def test_a_second_import_by_key_updates(grial, database, file):
    file.write_text("\n".join(CSV.splitlines()[:2]).replace("Ana;", "Ann;"))
    arguments = ["import", file, "-d", database.name, "--model", "res.partner", *MAP, "--key", "email", "--json"]
    assert json.loads(grial(*arguments).stdout)["created"] == 1
    again = grial(*arguments)
    assert again.exit_code == 0
    facts = json.loads(again.stdout)
    assert (facts["created"], facts["updated"]) == (0, 1)


@pytest.mark.parametrize("options", [["--dry-run"], ["--on-error", "stop"]])
def test_nothing_is_kept_of_a_dry_run_or_a_stopped_import(grial, database, file, options):
    before = emails(database)
    answer = grial("import", file, "-d", database.name, "--model", "res.partner", *MAP, *options)
    assert answer.exit_code == 1
    assert emails(database) == before


def test_a_column_is_left_out_and_a_wrong_one_is_named(grial, database, file):
    base = ["import", file, "-d", database.name, "--model", "res.partner", *MAP[:4]]
    assert grial(*base, "--map", "Country=", "--dry-run").exit_code == 0
    answer = grial(*base, "--map", "Contry=country_id")
    assert answer.exit_code == 1
    assert "Contry" in answer.stderr


@pytest.mark.parametrize("options", [[], ["--model", "res.partner", "--addon", "base"]])
def test_an_import_says_what_the_file_is(grial, database, file, options):
    assert grial("import", file, "-d", database.name, *options).exit_code == 2


DATA = """<data>
  <record id="cli_one" model="res.partner"><field name="name">One</field></record>
  {}
</data>
"""
WRONG = '<record id="cli_two" model="res.partner"><field name="nam">Two</field></record>'


def test_a_data_file_is_loaded_for_its_addon(grial, database, tmp_path):
    file = tmp_path / "more.xml"
    file.write_text(DATA.format(""))
    assert grial("import", file, "-d", database.name, "--addon", "base", "--dry-run").exit_code == 0
    with database.transaction(write=False) as env:
        assert not env.ref("__import__.base.cli_one", False)
    assert grial("import", file, "-d", database.name, "--addon", "base").exit_code == 0
    with database.transaction(write=False) as env:
        assert env.ref("__import__.base.cli_one").name == "One"


def test_a_faulty_data_file_is_kept_out_or_loaded_without_its_faults(grial, database, tmp_path):
    file = tmp_path / "faulty.xml"
    file.write_text(DATA.format(WRONG))
    stopped = grial("import", file, "-d", database.name, "--addon", "base")
    assert stopped.exit_code == 1
    assert f"{file}:3" in stopped.stderr
    with database.transaction(write=False) as env:
        assert not env.ref("__import__.base.cli_one", False)
    skipped = grial("import", file, "-d", database.name, "--addon", "base", "--on-error", "skip")
    assert skipped.exit_code == 1
    assert f"{file}:3" in skipped.stdout
    with database.transaction(write=False) as env:
        assert env.ref("__import__.base.cli_one").name == "One"


FIELDS = "id,.id,name,country_id,country_id/code,category_id,is_company,create_date"


@pytest.fixture
def exported(grial, database, tmp_path):
    """Export one partner, and give the file's bytes."""
    with database.transaction() as env:
        tags = env["res.partner.category"].create([{"name": "cli one"}, {"name": "cli two"}])
        partner = env["res.partner"].create(
            {
                "name": "=1+1",
                "email": "cli@example.com",
                "country_id": env.ref("base.es").id,
                "category_id": [(6, 0, tags.ids)],
                "is_company": True,
            }
        )

    def export(name, *options):
        path = tmp_path / name
        domain = f'[("id", "=", {partner.id})]'
        arguments = ["-d", database.name, "--model", "res.partner", "--fields", FIELDS, "--domain", domain, *options]
        answer = grial("export", path, *arguments)
        assert answer.exit_code == 0, answer.output
        return path.read_bytes(), partner.id

    return export


@pytest.mark.case("C41")
def test_csv_holds_ids_links_and_no_formula(exported):
    content, record_id = exported("one.csv")
    header, row = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert header == FIELDS.split(",")
    assert row[0].startswith(f"__export__.res_partner_{record_id}_"), "so that the file may be imported again"
    assert row[1] == str(record_id)
    assert row[2] == "'=1+1"
    assert row[4] == "ES"
    assert sorted(row[5].split(", ")) == ["cli one", "cli two"]
    assert row[6] == "1"


@pytest.mark.case("C41")
def test_a_workbook_holds_values_and_no_formula(exported):
    content, record_id = exported("one.xlsx", "--labels")
    header, row = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert header[1:3] == ["ID", "Name"]
    assert row[1] == record_id
    assert row[2] == "=1+1"
    assert row[6] is True
    assert hasattr(row[7], "year")


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--fields", "nam", "Did you mean name?"),
        ("--fields", "name/code", "no link"),
        ("--domain", "7", "A domain is a list"),
        ("--domain", "[('nam', '=', 1)]", "nam"),
    ],
)
def test_what_cannot_be_exported_is_explained(grial, database, tmp_path, option, value, said):
    options = {"--fields": "name", "--domain": "[]", option: value}
    words = [word for pair in options.items() for word in pair]
    answer = grial("export", tmp_path / "x.csv", "-d", database.name, "--model", "res.partner", *words)
    assert answer.exit_code == 1
    assert said in answer.stderr
    assert not (tmp_path / "x.csv").exists()
