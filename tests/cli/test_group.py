"""The command `grial`: its help page, its exit codes, and options that are understood in two places."""

import json
import subprocess
import sys
from datetime import date
from decimal import Decimal

import click
import pytest
from click.testing import CliRunner

from core.cli import group, main
from core.cli.options import database_option, settings
from core.cli.output import show_json, show_rows
from core.errors import UserError


@pytest.fixture
def run(monkeypatch):
    """Run the command line with one more command in it, `probe`."""

    def run(command, *arguments):
        monkeypatch.setitem(group.COMMANDS, "probe", "tests.cli.probe")
        monkeypatch.setitem(sys.modules, "tests.cli.probe", type(sys)("tests.cli.probe"))
        sys.modules["tests.cli.probe"].command = command
        return CliRunner().invoke(main, arguments)

    return run


@click.command()
@database_option
def show_settings(database):
    found = settings()
    click.echo(f"{database} {found.database_url} {found.addons_path}")


@click.command()
def refuse():
    raise UserError("The database {name} is in use.", name="shop")


def test_every_command_loads_and_has_a_line_on_the_help_page():
    page = CliRunner().invoke(main, ["--help"])
    assert page.exit_code == 0
    for name in group.COMMANDS:
        command = main.get_command(click.Context(main), name)
        assert command is not None
        assert command.get_short_help_str(), name
        assert f"\n  {name} " in page.output


def test_a_refusal_is_its_text_and_exit_code_1(run):
    answer = run(refuse, "probe")
    assert (answer.exit_code, answer.stderr) == (1, "Error: The database shop is in use.\n")


@pytest.mark.parametrize("arguments", [["no-such-command"], ["probe"], ["probe", "-d", "x", "--bad"], ["--bad"]])
def test_wrong_usage_is_exit_code_2(run, arguments):
    answer = run(show_settings, *arguments)
    assert answer.exit_code == 2
    assert "Usage:" in answer.stderr


def test_settings_options_are_understood_before_and_after_the_command(run):
    url, path = ["--database-url", "postgresql:///"], ["--addons-path", "/a:/b"]
    answers = {
        run(show_settings, *url, *path, "probe", "-d", "shop").output,
        run(show_settings, "probe", "-d", "shop", *url, *path).output,
        run(show_settings, "--database-url", "other", *path, "probe", "-d", "shop", *url).output,
    }
    assert len(answers) == 1
    text = answers.pop()
    assert text.startswith("shop postgresql")
    assert "/a" in text
    assert "/b" in text


def test_the_help_page_needs_no_room_but_cli():
    code = "import sys; from core.cli import main; main(['--help'], standalone_mode=False); print(*sys.modules)"
    modules = subprocess.check_output([sys.executable, "-c", code], text=True).splitlines()[-1].split()
    rooms = {name.split(".")[1] for name in modules if name.startswith("core.")}
    assert rooms == {"cli", "errors"}
    assert "sqlalchemy" not in modules


@pytest.fixture
def shown(capsys):
    def shown(function, *arguments):
        function(*arguments)
        return capsys.readouterr().out

    return shown


ROWS = [{"name": "año", "size": 12, "demo": True}, {"name": "b", "size": None, "demo": False}]


def test_rows_are_an_aligned_table_for_people(shown):
    text = shown(show_rows, ROWS, ["name", "size", "demo"], False, "none")
    assert text == "name  size  demo\naño   12    yes\nb           no\n"
    assert shown(show_rows, [], ["name"], False, "No database yet.") == "No database yet.\n"


def test_rows_are_one_json_list_for_programs(shown):
    text = shown(show_rows, ROWS, ["name", "size"], True, "none")
    assert json.loads(text) == [{"name": "año", "size": 12}, {"name": "b", "size": None}]
    assert "año" in text
    assert shown(show_rows, [], ["name"], True, "none") == "[]\n"
    assert json.loads(shown(show_json, [Decimal("1.50"), date(2026, 1, 31)])) == ["1.50", "2026-01-31"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["bd"], "There is no command bd. Did you mean db?"),
        (["db", "lst"], "There is no command lst. Did you mean list?"),
        (["addon", "instal"], "There is no command instal. Did you mean install?"),
        (["user", "xyz"], "There is no command xyz.\n"),
    ],
)
def test_a_misspelt_command_is_answered_with_the_nearest(arguments, said):
    answer = CliRunner().invoke(main, arguments)
    assert answer.exit_code == 2
    assert said in answer.stderr


@pytest.mark.parametrize("name", ["db", "addon", "user"])
def test_help_lines_of_commands_are_whole_sentences(name):
    page = CliRunner().invoke(main, [name, "--help"]).stdout
    assert "Commands:" in page
    assert "..." not in page.partition("Commands:")[2]
