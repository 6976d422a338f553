"""`grial db` and `grial user`: databases come and go, and somebody can log in."""

import json

import pytest

from core.db.resting import is_resting
from core.module.registries import Registries
from core.security.authenticate import authenticate, bearer


def registry_of(databases, name):
    return Registries(databases.server, databases.settings).get(name)


def test_a_new_database_can_be_logged_in_to_copied_dumped_restored_and_dropped(grial, scratch, databases, tmp_path):
    first, second, third = scratch("first"), scratch("second"), scratch("third")
    made = grial("db", "create", first, "--json")
    assert made.exit_code == 0, made.output
    password = json.loads(made.stdout)["password"]
    assert authenticate(registry_of(databases, first), "admin", password) == 2
    assert grial("db", "copy", first, second).exit_code == 0
    dumped = grial("db", "dump", first, tmp_path / "first.zip")
    assert dumped.exit_code == 0, dumped.output
    restored = grial("db", "restore", tmp_path / "first.zip", third)
    assert restored.exit_code == 0, restored.output
    assert authenticate(registry_of(databases, third), "admin", password) == 2
    listed = {row["name"] for row in json.loads(grial("db", "list", "--json").stdout)}
    assert {first, second, third} <= listed
    databases.server.dispose(third)
    assert grial("db", "drop", third).exit_code == 0
    assert third not in grial("db", "list").stdout.split()


def rests(databases, name):
    with Registries(databases.server, databases.settings).transaction(name, write=False) as env:
        return is_resting(env.tx.connection)


@pytest.mark.case("J26")
def test_a_copy_rests_until_it_is_woken(grial, scratch, databases, database, tmp_path):
    copied, restored, moved = scratch("copied"), scratch("restored"), scratch("moved")
    answer = grial("db", "copy", database.name, copied)
    assert f"grial db wake {copied}" in answer.stdout
    assert rests(databases, copied)
    assert not rests(databases, database.name)
    assert grial("db", "wake", copied).stdout == f"{copied} is awake: scheduled jobs run, and messages are sent.\n"
    assert not rests(databases, copied)
    assert grial("db", "wake", copied).stdout == f"{copied} was awake.\n"
    assert grial("db", "rest", copied).exit_code == 0
    assert rests(databases, copied)
    dumped = tmp_path / "dump.zip"
    assert grial("db", "dump", database.name, dumped).exit_code == 0
    assert "It rests" in grial("db", "restore", dumped, restored).stdout
    assert rests(databases, restored)
    assert "It rests" not in grial("db", "restore", dumped, moved, "--as-is").stdout
    assert not rests(databases, moved)


def test_a_name_that_is_taken_is_refused(grial, database):
    answer = grial("db", "create", database.name)
    assert answer.exit_code == 1
    assert database.name in answer.stderr


def test_a_given_password_is_never_shown(grial, scratch):
    name = scratch("quiet")
    answer = grial("db", "create", name, "--password", "long and secret", "--lang", "es")
    assert answer.exit_code == 0, answer.output
    assert "secret" not in answer.output


def test_a_short_password_is_refused_before_anything_is_made(grial, monkeypatch):
    monkeypatch.setattr("core.module.create.create_database", None)
    answer = grial("db", "create", "grial_cli_short", "--password", "short")
    assert (answer.exit_code, answer.stderr) == (1, "Error: A password has at least 8 characters.\n")


def test_whoever_never_logs_in_gets_no_key(grial, database):
    answer = grial("user", "token", "__system__", "-d", database.name)
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "__system__ is archived" in answer.stderr


@pytest.mark.parametrize("command", [["drop"], ["copy", "other"], ["dump", "x.zip"], ["rest"], ["wake"]])
def test_a_database_that_is_not_there_is_named(grial, command, tmp_path, backend):
    verb, *rest = command
    answer = grial("db", verb, "nothing-of-this-name", *rest)
    assert answer.exit_code == 1
    assert "nothing-of-this-name" in answer.stderr


def test_a_new_password_replaces_the_old_one(grial, database):
    assert grial("user", "password", "admin", "-d", database.name, input="a new one\na new one\n").exit_code == 0
    assert authenticate(database.registry, "admin", "a new one") == 2
    assert authenticate(database.registry, "admin", "a password for tests") is None


def test_a_token_opens_the_door_of_its_user(grial, database):
    key = grial("user", "token", "admin", "-d", database.name).stdout.strip()
    assert bearer(database.registry, key) == 2


def test_a_misspelt_login_is_answered_with_the_nearest(grial, database):
    answer = grial("user", "token", "admim", "-d", database.name)
    assert answer.exit_code == 1
    assert "Did you mean admin?" in answer.stderr


def test_users_are_listed(grial, database):
    users = json.loads(grial("user", "list", "-d", database.name, "--json").stdout)
    assert "admin" in {user["login"] for user in users}


def test_a_dump_to_a_folder_that_is_not_there_is_explained(grial, database, tmp_path):
    answer = grial("db", "dump", database.name, tmp_path / "nope" / "x.zip")
    assert answer.exit_code == 1
    assert "nope" in answer.stderr
    assert "No such file" in answer.stderr


@pytest.mark.parametrize("url", ["x", "mysql://localhost", "postgresql://localhost:port"])
def test_an_address_that_is_none_is_explained(grial, url):
    for command in (["run"], ["db", "list"]):
        answer = grial(*command, "--database-url", url)
        assert answer.exit_code == 1
        assert "postgresql://USER" in answer.stderr


def test_file_and_name_may_stand_in_either_order(grial, database, scratch, tmp_path):
    file, name = tmp_path / "x.zip", scratch("order")
    assert grial("db", "dump", file, database.name).exit_code == 0
    restored = grial("db", "restore", name, file)
    assert restored.exit_code == 0, restored.output
    assert f"db wake {name}`" in restored.stdout
    missing = grial("db", "restore", name, tmp_path / "no.zip")
    assert missing.exit_code == 2
    assert "Write FILE first" in missing.stderr
