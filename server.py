#!/usr/bin/env python3
"""Start Grial. On a fresh clone, first make .venv and install the project into it; then start again inside it.

Standard library only, and readable by every Python since 2.7: an old one has to be able to say what it lacks.
"""

import hashlib
import json
import os
import re
import subprocess
import sys

OLDEST = (3, 11)
NEWEST = 19  # the last 3.x to look for on PATH
HERE = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(HERE, ".venv")
VENV_PYTHON = os.path.join(VENV, "Scripts", "python.exe") if os.name == "nt" else os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "grial-setup.json")
VALUE_OPTIONS = ("--database-url", "--addons-path")  # global options whose value is the next word


def main():
    arguments = sys.argv[1:]
    if sys.version_info < OLDEST:
        start_again(newer_python(), arguments)
    extras = wanted_extras(arguments)
    inside = os.path.realpath(sys.prefix) == os.path.realpath(VENV)
    wanted = project()
    if not inside and satisfied(wanted["requirements"], extras):
        return hand_over()
    with one_at_a_time():
        if not ready(wanted["digest"], extras):
            set_up(wanted["digest"], extras)
    if inside:
        return hand_over()
    return start_again(VENV_PYTHON, arguments)


def hand_over():
    if HERE not in sys.path:
        sys.path.insert(0, HERE)
    from core.cli import main as command_line

    return command_line(prog_name="server.py")


def start_again(python, arguments):
    """Run this file under another interpreter, in place of this process."""
    sys.stdout.flush()
    sys.stderr.flush()
    command = [python, os.path.join(HERE, "server.py")] + arguments
    if os.name == "nt":  # there, exec would give the prompt back while the server runs
        sys.exit(subprocess.call(command))
    os.execv(python, command)


def newer_python():
    """A sufficient interpreter on PATH, the oldest first: packages have wheels for it. None: the end, explained."""
    for minor in range(OLDEST[1], NEWEST + 1):
        for folder in os.environ.get("PATH", "").split(os.pathsep):
            python = os.path.join(folder, "python3.%d" % minor)
            if os.access(python, os.X_OK) and answers(
                python, "import sys; sys.exit(sys.version_info < %r)" % (OLDEST,)
            ):
                return python
    found = ".".join(str(number) for number in sys.version_info[:3])
    give_up(
        "Grial needs Python 3.11 or newer; this is Python %s (%s)" % (found, sys.executable),
        "and PATH has no newer one. Install one, for example with: apt install python3 python3-venv",
    )


def answers(python, code):
    """Whether this interpreter exists, runs, and ends the code without a complaint."""
    with open(os.devnull, "w") as silence:
        try:
            return subprocess.call([python, "-c", code], stdout=silence, stderr=silence) == 0
        except OSError:
            return False


def wanted_extras(arguments):
    """`test` needs the test tools; GRIAL_EXTRAS=test,docs names more."""
    extras = set(filter(None, re.split(r"[,\s]+", os.environ.get("GRIAL_EXTRAS", ""))))
    words = iter(arguments)
    for word in words:
        if word in VALUE_OPTIONS:
            next(words, None)
        elif not word.startswith("-"):
            if word == "test":
                extras.add("test")
            break
    return extras


def project():
    """What has to be installed, and one number that changes when an installation has to be repeated."""
    import tomllib

    with open(os.path.join(HERE, "pyproject.toml"), "rb") as file:
        settings = tomllib.load(file)
    facts = [settings["build-system"], settings["project"], settings["tool"]["hatch"]]
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
    for name in ("package.json", "package-lock.json", "hatch_build.py"):
        with open(os.path.join(HERE, name), "rb") as file:
            digest.update(file.read())
    extras = settings["project"]["optional-dependencies"]
    return {
        "digest": digest.hexdigest(),
        "requirements": dict(extras, **{"": settings["project"]["dependencies"]}),
    }


def satisfied(requirements, extras):
    """Whether the running interpreter has every package, new enough, without our help."""
    from importlib import metadata

    for extra in [""] + sorted(extras):
        for requirement in requirements.get(extra, ()):
            name, oldest = re.match(r"([\w.-]+)(?:\[[^]]*\])?>=([\d.]+)", requirement).groups()
            try:
                version = metadata.version(name)
            except metadata.PackageNotFoundError:
                return False
            if numbers(version) < numbers(oldest):
                return False
    return True


def numbers(version):
    return [int(part) for part in re.match(r"\d+(?:\.\d+)*", version).group().split(".")]


def ready(digest, extras):
    """Whether .venv was set up from this very project, with these extras, and its Python is still the same."""
    try:
        with open(STAMP) as file:
            stamp = json.load(file)
    except (IOError, ValueError):
        return False
    return (
        stamp["digest"] == digest
        and extras <= set(stamp["extras"])
        and stamp["python"] == os.path.realpath(VENV_PYTHON)
        and os.path.exists(VENV_PYTHON)
    )


def set_up(digest, extras):
    """Make .venv where it is missing or unusable, and install the project with its extras into it."""
    if os.path.exists(STAMP):
        with open(STAMP) as file:
            stamp = json.load(file)
        new = sorted(extras - set(stamp["extras"]))
        extras = extras | set(stamp["extras"])
        os.remove(STAMP)  # an interrupted installation is repeated
        if new and stamp["digest"] == digest:
            say("Adding to .venv what is needed for: %s." % ", ".join(new))
        else:
            say("The project's requirements have changed: bringing .venv up to date.")
    else:
        say("First start: making .venv and installing what Grial needs into it (some 400 MB, a minute or two).")
    if not answers(VENV_PYTHON, "import sys, pip; sys.exit(sys.version_info < %r)" % (OLDEST,)):
        check_tools()
        run([base_python(), "-m", "venv", "--clear", VENV], "The virtual environment could not be made.")
    install(extras)
    with open(STAMP + ".new", "w") as file:
        json.dump({"digest": digest, "extras": sorted(extras), "python": os.path.realpath(VENV_PYTHON)}, file)
    os.replace(STAMP + ".new", STAMP)
    if not os.path.exists(os.path.join(HERE, "core", "http", "static", "vendor", ".stamp")):
        say("The web client's scripts could not be fetched; its pages work without them. `make assets` tries again.")
    say("Set-up is done.")


def check_tools():
    try:
        import ensurepip  # noqa: F401 (Debian has venv without it)
        import venv  # noqa: F401
    except ImportError:
        give_up(
            "This Python (%s) cannot make virtual environments." % sys.executable,
            "Install the missing part, then run the command again: apt install python3-venv",
        )


def base_python():
    """The interpreter that environments are made from, also while one of them is running."""
    return getattr(sys, "_base_executable", None) or sys.executable


def install(extras):
    target = HERE + ("[%s]" % ",".join(sorted(extras)) if extras else "")
    command = [VENV_PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    wheels = os.environ.get("GRIAL_WHEELS")
    hint = "Without a network, name a folder with all wheels: GRIAL_WHEELS=/path python3 server.py ..."
    if wheels:
        command += ["--no-index", "--find-links", os.path.abspath(wheels)]
        hint = (
            "The folder %s (GRIAL_WHEELS) has to hold the wheels of every requirement, hatchling and editables too."
            % wheels
        )
    run(command + ["--editable", target], "The packages could not be installed.", hint)


def run(command, problem, hint=""):
    """Run a step of the set-up quietly, showing on a terminal what it is at; explain when it fails."""
    process = subprocess.Popen(
        command, cwd=HERE, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip())
        step = re.match(r"(Collecting|Building|Installing) \S+", line)
        if step and sys.stderr.isatty():
            sys.stderr.write("\r\033[K  " + step.group())
            sys.stderr.flush()
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
    if process.wait():
        telling = [line for line in lines if not line.startswith(("Looking in", "Collecting", "  Using cached"))]
        give_up(*(telling[-20:] + [problem, hint]))


class one_at_a_time:
    """A lock on pyproject.toml, so that two first starts do not write into the same .venv; it leaves no file."""

    def __enter__(self):
        self.file = open(os.path.join(HERE, "pyproject.toml"))
        try:
            import fcntl
        except ImportError:
            return
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("Another start is setting up .venv: waiting for it.")
            fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *error):
        self.file.close()


def say(text):
    sys.stderr.write("grial: %s\n" % text)
    sys.stderr.flush()


def give_up(*lines):
    sys.stderr.write("".join("%s\n" % line for line in lines if line))
    sys.exit(1)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("Interrupted.")
