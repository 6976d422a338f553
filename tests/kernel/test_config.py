"""Settings: from the environment and the command line, each with its type, each documented."""

import os
import stat
from pathlib import Path

import pytest

from core.errors import GrialError, UnknownName
from core.kernel.config import Settings


def test_defaults_are_those_of_a_fresh_clone() -> None:
    settings = Settings.from_env({})
    assert settings.database_url == ""
    assert (settings.host, settings.port, settings.data_dir) == ("127.0.0.1", 8069, Path("data"))
    assert settings.master_password == ""
    assert settings.trace == frozenset()


def test_the_environment_is_read_with_types_and_overrides_win() -> None:
    environ = {
        "GRIAL_PORT": " 80 ",
        "GRIAL_DEV": "yes",
        "GRIAL_TRACE": "sql, hooks",
        "GRIAL_ADDONS_PATH": f"/a{os.pathsep}/b",
        "GRIAL_ALLOWED_HOSTS": "erp.example.com, example.org",
        "GRIAL_DATA_DIR": "/srv/grial",
        "PATH": "/bin",
    }
    settings = Settings.from_env(environ, port=90, host=None, data_dir="/else")
    assert settings.port == 90
    assert settings.host == "127.0.0.1"
    assert settings.dev is True
    assert settings.trace == {"sql", "hooks"}
    assert settings.addons_path == (Path("/a"), Path("/b"))
    assert settings.allowed_hosts == ("erp.example.com", "example.org")
    assert settings.data_dir == Path("/else")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("GRIAL_PORT", "http"),
        ("GRIAL_PORT", "70000"),
        ("GRIAL_WORKERS", "0"),
        ("GRIAL_DEV", "perhaps"),
        ("GRIAL_TIME_LIMIT", "long"),
        ("GRIAL_TIME_LIMIT", "nan"),
        ("GRIAL_SERVER", "x"),
    ],
)
def test_a_wrong_value_names_the_setting(variable: str, value: str) -> None:
    with pytest.raises(GrialError, match=f"{variable} cannot be '{value}'"):
        Settings.from_env({variable: value})


def test_a_misspelt_setting_is_refused_with_the_right_one() -> None:
    with pytest.raises(UnknownName, match="Did you mean GRIAL_MASTER_PASSWORD"):
        Settings.from_env({"GRIAL_MASTER_PASWORD": "x"})
    with pytest.raises(UnknownName, match="Did you mean port"):
        Settings.from_env({}, prot=3)
    with pytest.raises(UnknownName, match="Did you mean hooks"):
        Settings.from_env({"GRIAL_TRACE": "hook"})
    assert Settings.from_env({"GRIAL_TEST_DATABASE_URL": "x"}) == Settings()


def test_secrets_are_not_printed() -> None:
    settings = Settings.from_env({}, master_password="hush", given_secret="quiet", database_url="postgresql://u:pw@h/")
    assert not {"hush", "quiet", "pw"} & set(repr(settings).replace("'", " ").replace(":", " ").split())
    assert "hush" not in repr(settings)


def test_the_secret_is_made_once_and_kept(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    first = Settings.from_env({}, data_dir=folder).secret
    assert len(first) == 64
    assert Settings.from_env({}, data_dir=folder).secret == first
    assert [path.name for path in folder.iterdir()] == ["secret"]
    assert stat.S_IMODE((folder / "secret").stat().st_mode) == 0o600


def test_a_given_secret_needs_no_file(tmp_path: Path) -> None:
    settings = Settings.from_env({"GRIAL_SECRET": "shared"}, data_dir=tmp_path / "none")
    assert settings.secret == b"shared"
    assert not settings.data_dir.exists()


def test_every_setting_is_documented() -> None:
    rows = list(Settings.documented())
    assert {row.variable for row in rows} >= {"GRIAL_DATABASE_URL", "GRIAL_DATA_DIR", "GRIAL_SECRET", "GRIAL_TRACE"}
    assert all(row.variable.startswith("GRIAL_") and len(row.help) > 15 and row.help.endswith(".") for row in rows)
    assert {row.variable: row.default for row in rows}["GRIAL_DEV"] == "0"
