"""`grial access`, `where`, `check`, `routes` and `shell`: what they tell somebody who looks for a reason."""

import json

import pytest
from click.testing import CliRunner

from core.cli import main
from core.module import finder


@pytest.fixture
def reader(database):
    """A user without rights of an administrator, and a partner of a company the user does not work for."""
    with database.transaction() as env:
        company = env["res.company"].create({"name": "Elsewhere"})
        partner = env["res.partner"].create({"name": "Far away", "company_id": company.id})
        user = env["res.users"].create({"name": "Reader", "login": "reader"})
        return user.login, partner.id


def test_access_names_the_rule_that_hides_a_record(grial, database, reader):
    login, partner = reader
    answer = grial("access", login, "res.partner", partner, "-d", database.name, "--json")
    read = json.loads(answer.stdout)["operations"]["read"]
    assert read["right"] is True
    assert read["allowed"] is False
    assert False in [rule.get("lets_through") for rule in read["rules"]]
    text = grial("access", login, "res.partner", partner, "-d", database.name).stdout
    assert f"read res.partner {partner}: no" in text
    assert "keeps the record out" in text


def test_access_names_the_groups_that_have_a_right(grial, database, reader):
    answer = json.loads(grial("access", reader[0], "ir.rule", "-d", database.name, "--json").stdout)
    write = answer["operations"]["write"]
    assert write["allowed"] is False
    assert write["granted_to"]


def test_access_of_an_unknown_model_is_refused(grial, database):
    answer = grial("access", "admin", "res.partnr", "-d", database.name)
    assert answer.exit_code == 1
    assert "Did you mean res.partner?" in answer.stderr


def where(name):
    answer = CliRunner().invoke(main, ["where", name, "--json"])
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


def test_where_shows_classes_in_order_and_views_with_their_extensions():
    places = where("res.partner")
    kinds = [(place["addon"], place["kind"], place["name"]) for place in places]
    assert kinds[0] == ("base", "declared by", "Partner")
    assert ("crm", "extended by", "CrmPartner") in kinds
    assert ("crm", "view", "partner_form") in kinds
    assert kinds.index(("base", "view", "partner_form")) < kinds.index(("crm", "view", "partner_form"))


def test_where_shows_the_lines_of_a_field_and_of_a_method():
    field = where("crm.lead.stage_id")
    assert field[0]["kind"] == "field"
    with open(field[0]["file"]) as source:
        assert "stage_id = " in source.readlines()[field[0]["line"] - 1]
    assert {place["kind"].split()[0] for place in field[1:]} >= {"view"}
    assert where("res.partner.write")[0]["name"] == "Model.write"


def test_where_shows_a_view_and_what_extends_it_in_the_order_of_its_application():
    places = where("base.partner_form")
    assert (places[0]["kind"], places[0]["name"]) == ("view", "base.partner_form")
    assert [place["name"] for place in places if place["addon"] == "crm"] == ["crm.partner_form"]
    for place in places:
        with open(place["file"]) as source:
            assert place["name"].partition(".")[2] in source.readlines()[place["line"] - 1]


def test_where_shows_methods_with_their_overrides_in_order():
    names = [place["name"] for place in where("crm.lead.write")]
    assert names == sorted(names, key=lambda name: name != "Model.write"), "what is overridden comes first"
    assert "Lead.write" in names


def test_where_follows_a_field_to_the_model_that_lends_it():
    assert where("res.users.mobile")[0]["name"] == "Partner.mobile"


def test_where_suggests_the_nearest_name():
    for wrong, near in (("crm.lad", "crm.lead"), ("res.partner.nme", "name")):
        answer = CliRunner().invoke(main, ["where", wrong])
        assert answer.exit_code == 1
        assert f"Did you mean {near}?" in answer.stderr


def test_check_finds_faults_with_file_and_line(tmp_path):
    file = tmp_path / "faulty.xml"
    file.write_text('<data>\n  <record id="x" model="res.partner">\n  </recrd>\n</data>\n')
    answer = CliRunner().invoke(main, ["check", str(file), "--json"])
    assert answer.exit_code == 1
    found = json.loads(answer.stdout)[0]
    assert (found["file"], found["line"], found["severity"]) == (str(file), 3, "error")


def test_our_own_addons_have_no_fault():
    answer = CliRunner().invoke(main, ["check"])
    assert answer.exit_code == 0, answer.output


def test_routes_say_who_may_ask():
    rows = {row["path"]: row for row in json.loads(CliRunner().invoke(main, ["routes", "--json"]).stdout)}
    assert rows["/web"]["auth"] == "user"
    assert rows["/web/login"]["auth"] == "none"


SCRIPT = 'env["res.partner"].create({"name": "From the shell"})\nprint(env.uid)\n'


def count(database):
    with database.transaction(write=False) as env:
        return env["res.partner"].search_count([("name", "=", "From the shell")])


def test_a_shell_script_keeps_its_changes_only_with_commit(grial, database):
    answer = grial("shell", "-d", database.name, input=SCRIPT)
    assert (answer.exit_code, answer.stdout, count(database)) == (0, "1\n", 0)
    answer = grial("shell", "-d", database.name, "--user", "admin", "--commit", input=SCRIPT)
    assert (answer.exit_code, answer.stdout, count(database)) == (0, "2\n", 1)


def test_a_shell_script_that_fails_shows_its_own_lines(grial, database):
    answer = grial("shell", "-d", database.name, "--commit", input=SCRIPT + "1 / 0\n")
    assert answer.exit_code == 1
    assert 'File "<standard input>", line 3' in answer.stderr
    assert "core/cli" not in answer.stderr
    assert count(database) == 0
    assert grial("shell", "-d", database.name, input="def f(\n").exit_code == 1
    assert grial("shell", "-d", database.name, "--commit", input=SCRIPT + "raise SystemExit(3)\n").exit_code == 3
    assert count(database) == 0


def test_a_shell_script_may_end_early(grial, database):
    answer = grial("shell", "-d", database.name, "--commit", input=SCRIPT + "import sys\nsys.exit()\n1 / 0\n")
    assert (answer.exit_code, count(database)) == (0, 1)


def test_access_to_a_record_that_is_not_there_says_so(grial, database):
    answer = grial("access", "admin", "res.partner", 99999, "-d", database.name)
    assert (answer.exit_code, answer.stderr) == (1, "Error: There is no record 99999 of res.partner.\n")


@pytest.fixture
def circle(tmp_path):
    """A folder of addons in which two need each other, and a third is sound."""
    for name, needs in (("chicken", "egg"), ("egg", "chicken"), ("farm", "base")):
        folder = tmp_path / "addons" / name
        folder.mkdir(parents=True)
        (folder / "__manifest__.py").write_text(f"{{'depends': ['{needs}']}}")
    before = list(finder.namespace().__path__)
    yield tmp_path / "addons"
    finder.namespace().__path__ = before


def test_a_circle_of_addons_hides_nothing_of_the_others(circle):
    answer = CliRunner().invoke(main, ["where", "res.partner.name", "--addons-path", str(circle)])
    assert answer.exit_code == 0, answer.output
    answer = CliRunner().invoke(main, ["check", "--json", "--addons-path", str(circle)])
    assert {row["file"] for row in json.loads(answer.stdout)} == {"chicken/__manifest__.py", "egg/__manifest__.py"}
