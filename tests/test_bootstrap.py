"""server.py on a fresh clone: it makes .venv, installs the project, starts again inside; later that costs nothing."""

import ast
import json
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SERVER = ROOT / "server.py"

BACKEND = """
import zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    name = "grial-0.1.0-py3-none-any.whl"
    files = {
        "METADATA": "Metadata-Version: 2.1\\nName: grial\\nVersion: 0.1.0\\nProvides-Extra: test\\n",
        "WHEEL": "Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        "RECORD": "",
    }
    with zipfile.ZipFile(folder + "/" + name, "w") as wheel:
        for file, text in files.items():
            wheel.writestr("grial-0.1.0.dist-info/" + file, text)
    return name
"""

PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "grial"
version = "0.1.0"
dependencies = ["a-package-nobody-has>=1"]
[project.optional-dependencies]
test = []
[tool.hatch.build]
[tool.ruff]
line-length = 120
"""

COMMAND_LINE = """
import sys
def main(prog_name):
    print(prog_name, sys.prefix, *sys.argv[1:])
    return 3 if "fail" in sys.argv else 0
"""


class Clone:
    """A small project that has our server.py, needs no network and installs in seconds."""

    def __init__(self, folder: Path):
        self.folder = folder
        shutil.copy(SERVER, folder)
        self.write("pyproject.toml", PYPROJECT)
        self.write("backend.py", BACKEND)
        self.write("core/__init__.py", "")
        self.write("core/cli/__init__.py", COMMAND_LINE)
        for name in ("package.json", "package-lock.json", "hatch_build.py"):
            self.write(name, "")
        self.write("wheels/nothing", "")

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    @property
    def stamp(self) -> dict[str, object]:
        return json.loads((self.folder / ".venv" / "grial-setup.json").read_text())

    def start(
        self, *arguments: str, python: str = sys.executable, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "GRIAL_", "PIP_", "VIRTUAL_ENV"))}
        environment = {"GRIAL_WHEELS": str(self.folder / "wheels"), **environment}
        return subprocess.run(
            [python, str(self.folder / "server.py"), *arguments],
            env={**clean, **environment},
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
        )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Clone, subprocess.CompletedProcess[str]]:
    """A clone whose first start has happened, and what that start said."""
    clone = Clone(tmp_path_factory.mktemp("clone"))
    return clone, clone.start("where", "x")


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


def test_the_first_start_sets_up_and_runs_inside_the_new_environment(installed):
    clone, first = installed
    assert first.returncode == 0, first.stderr
    assert first.stdout.split() == ["server.py", str(clone.folder / ".venv"), "where", "x"]
    assert "First start" in first.stderr


def test_the_second_start_does_nothing_but_start(installed):
    clone, _ = installed
    before = (clone.folder / ".venv" / "grial-setup.json").stat().st_mtime_ns
    second = clone.start("where", GRIAL_WHEELS="/nowhere")
    assert (second.returncode, second.stderr) == (0, "")
    assert (clone.folder / ".venv" / "grial-setup.json").stat().st_mtime_ns == before


def test_the_exit_code_is_that_of_the_command(installed):
    clone, _ = installed
    assert clone.start("fail").returncode == 3


def test_starting_with_the_environments_own_python_works_too(installed):
    clone, _ = installed
    answer = clone.start("where", python=str(clone.folder / ".venv" / "bin" / "python"))
    assert (answer.returncode, answer.stderr) == (0, "")


def test_the_test_command_adds_the_test_tools_and_they_stay(installed):
    clone, _ = installed
    answer = clone.start("--database-url", "test", "user", "test")
    assert clone.stamp["extras"] == []
    answer = clone.start("--database-url", "x", "test", "crm")
    assert answer.returncode == 0, answer.stderr
    assert clone.stamp["extras"] == ["test"]
    assert clone.start("where").stderr == ""


def test_changed_requirements_are_installed_and_changed_lint_settings_are_not(installed):
    clone, _ = installed
    clone.write("pyproject.toml", PYPROJECT.replace("line-length = 120", "line-length = 100"))
    assert clone.start("where").stderr == ""
    clone.write("pyproject.toml", PYPROJECT.replace(">=1", ">=2"))
    assert "requirements have changed" in clone.start("where").stderr
    assert clone.start("where").stderr == ""


def test_an_environment_that_lost_its_python_is_made_again(installed):
    clone, _ = installed
    python = clone.folder / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nonexistent/python3.11")
    answer = clone.start("where")
    assert (answer.returncode, answer.stdout.split()[1]) == (0, str(clone.folder / ".venv")), answer.stderr


def test_a_failed_installation_says_why_and_is_repeated(clone):
    clone.write("backend.py", "raise RuntimeError('the backend is broken')")
    for _ in range(2):
        answer = clone.start("where")
        assert answer.returncode == 1
        assert "the backend is broken" in answer.stderr
        assert "GRIAL_WHEELS" in answer.stderr
    clone.write("backend.py", BACKEND)
    assert clone.start("where").returncode == 0


def test_an_interpreter_that_has_everything_is_used_as_it_is(clone):
    clone.write(
        "pyproject.toml", PYPROJECT.replace('"a-package-nobody-has>=1"', '"pluggy>=1.0", "sqlalchemy>=2.1,<2.2"')
    )
    answer = clone.start("where")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert not (clone.folder / ".venv").exists()


def test_a_package_that_is_too_old_does_not_count(clone):
    clone.write("pyproject.toml", PYPROJECT.replace('"a-package-nobody-has>=1"', '"pluggy>=1000"'))
    clone.write("hide/ensurepip.py", "raise ImportError('set-up is tried, and that is enough here')")
    assert "First start" in clone.start("where", PYTHONPATH=str(clone.folder / "hide")).stderr


def test_two_first_starts_at_once_share_one_set_up(clone):
    command = [sys.executable, str(clone.folder / "server.py"), "where"]
    environment = {**os.environ, "GRIAL_WHEELS": str(clone.folder / "wheels")}
    starts = [subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    texts = [start.communicate(timeout=300)[1] for start in starts]
    assert [start.returncode for start in starts] == [0, 0], texts
    assert sum("First start" in text for text in texts) == 1


def test_debian_without_its_venv_package_is_told_its_name(clone):
    clone.write("hide/ensurepip.py", "raise ImportError('no ensurepip')")
    answer = clone.start("where", PYTHONPATH=str(clone.folder / "hide"))
    assert answer.returncode == 1
    assert "apt install python3-venv" in answer.stderr


def pretend(version: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run server.py under an interpreter that says it is another version."""
    code = f"import runpy, sys; sys.version_info = {version}; sys.argv = ['server.py', *sys.argv[1:]]; "
    code += f"runpy.run_path({str(SERVER)!r}, run_name='__main__')"
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60)


def test_an_old_python_says_what_it_needs(tmp_path):
    answer = pretend("(3, 6, 15)", PATH=str(tmp_path))
    assert answer.returncode == 1
    assert "needs Python 3.11 or newer; this is Python 3.6.15" in answer.stderr


def test_an_old_python_hands_over_to_a_newer_one_on_path(tmp_path):
    broken, good = tmp_path / "python3.11", tmp_path / "python3.12"
    broken.write_text("#!/bin/sh\nexit 127\n")
    good.write_text('#!/bin/sh\n[ "$1" = -c ] || echo "newer: $2 $3"\n')
    for script in (broken, good):
        script.chmod(0o755)
    answer = pretend("(2, 7, 18)", "run", "--dev", PATH=str(tmp_path))
    assert answer.stdout == "newer: run --dev\n"


@pytest.mark.parametrize("name", ["python2.7", "python3.6", "python3.8", "python3.10"])
def test_real_old_pythons_can_read_server_py(name, tmp_path):
    python = shutil.which(name)
    if python is None or subprocess.call([python, "-c", ""], stderr=subprocess.DEVNULL):
        pytest.skip(f"this machine has no {name}")
    real = subprocess.check_output([python, "-c", "import sys; print(sys.executable)"], text=True).strip()
    answer = subprocess.run(
        [real, str(SERVER)], env={"PATH": str(tmp_path)}, capture_output=True, text=True, timeout=60
    )
    assert answer.returncode == 1
    assert "needs Python 3.11" in answer.stderr


def test_server_py_uses_no_syntax_that_python_2_7_lacks():
    newer = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.AsyncFunctionDef, ast.Match, ast.Nonlocal, ast.YieldFrom)
    for node in ast.walk(ast.parse(SERVER.read_text(), feature_version=(3, 4))):
        assert not isinstance(node, newer), ast.dump(node)
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            assert not any(isinstance(part, ast.Starred) for part in node.elts), ast.dump(node)
        if isinstance(node, ast.FunctionDef):
            assert not any((node.returns, node.args.kwonlyargs, node.args.posonlyargs)), node.name


def test_server_py_imports_only_the_standard_library_until_it_hands_over():
    imported = {
        alias.name if isinstance(node, ast.Import) else node.module
        for node in ast.walk(ast.parse(SERVER.read_text()))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    assert {name for name in imported if name.split(".")[0] not in sys.stdlib_module_names} == {"core.cli"}


def test_every_requirement_names_an_oldest_version():
    code = textwrap.dedent(
        """
        import runpy, sys
        server = runpy.run_path(sys.argv[1])
        wanted = server["project"]()["requirements"]
        print(server["satisfied"](wanted, {"test"}), len(wanted[""]))
        """
    )
    answer = subprocess.run([sys.executable, "-c", code, str(SERVER)], capture_output=True, text=True, timeout=60)
    assert answer.returncode == 0, answer.stderr
    assert int(answer.stdout.split()[1]) > 20
