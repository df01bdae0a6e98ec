"""The virtual environment and Solr's parts: downloaded once, shared by all instances."""

from __future__ import annotations

import fcntl
import functools
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec

from stack.state import PROJECT, SOLR_PARTS, VENV, Problem, digest, say

P = ParamSpec("P")

VERSIONS = ((3, 10), (3, 12))
_PROJECT_FILES = [PROJECT / name for name in ("constraints.txt", "pyproject.toml", "setup.py")]
_SOLR_SOURCES = [PROJECT / "deploy" / "solr" / name for name in ("pom.xml", "Launcher.java")]


def environment() -> dict[str, str]:
    """Environment for whatever is run: UTF-8 whatever the locale, none of CKAN's settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("CKAN_", "LC_", "PYTHON"))}
    return {
        **kept,
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "PYTHONUTF8": "1",
        "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
    }


def run(command: list[str | Path], what: str, cwd: Path = PROJECT, **variables: str) -> None:
    """Run a step whose output matters only when it fails.

    Raises:
        Problem: it failed; with the end of its output.
    """
    result = subprocess.run(
        command, cwd=cwd, env={**environment(), **variables}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
    )
    if result.returncode:
        raise Problem(f"{result.stdout[-4000:]}\n{what} failed (see above).")


def _one_at_a_time(prepare: Callable[P, None]) -> Callable[P, None]:
    """Two runs of make beside each other share .venv, .solr and the translations: one waits."""

    @functools.wraps(prepare)
    def alone(*args: P.args, **kwargs: P.kwargs) -> None:
        with (PROJECT / ".setup.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            prepare(*args, **kwargs)

    return alone


@_one_at_a_time
def ensure_venv(extra: str) -> None:
    """Make .venv with the site's or the tests' packages, at the pinned versions.

    Args:
        extra: ``site``, or ``test`` for those as well.
    """
    version = "{}.{}".format(*sys.version_info)
    unfinished = VENV / ".unfinished"
    inputs = digest(version, str(VENV), *_PROJECT_FILES)
    # What serves the tests serves the site.
    if any(_stamp(name) == inputs for name in {extra, "test"}) and _works():
        return
    if not VERSIONS[0] <= sys.version_info[:2] <= VERSIONS[1]:
        raise Problem(
            f"CKAN 2.12 runs on Python 3.10 to 3.12, this is {version}. "
            "Name another: make run PYTHON=/path/to/python3.11"
        )
    started = time.monotonic()
    if not _works() or _version() != version or unfinished.exists():
        say("Making the virtual environment .venv ...")
        shutil.rmtree(VENV, ignore_errors=True)
        run([sys.executable, "-m", "venv", VENV], "Making .venv")
        (VENV / ".place").write_text(str(VENV))
    say("Installing Python packages ...")
    unfinished.touch()
    for name in ("site", "test"):
        (VENV / f".{name}").unlink(missing_ok=True)
    # The constraints hold in the environments too in which pip builds packages. An address,
    # as pip takes a blank in its variables for the end of a path.
    pins = (PROJECT / "constraints.txt").as_uri()
    pip: list[str | Path] = [
        VENV / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-input",
        "--disable-pip-version-check", "--no-warn-script-location",
    ]
    run([*pip, "pip", "setuptools", "wheel", "-c", pins], "Installing pip")
    extras = "site,test" if extra == "test" else "site"
    run(
        [*pip, "-c", pins, "-e", f".[{extras}]"], "Installing the Python packages",
        PIP_CONSTRAINT=pins, PIP_BUILD_CONSTRAINT=pins,
    )
    (VENV / f".{extra}").write_text(inputs)
    unfinished.unlink()
    say(f"Python packages are there ({time.monotonic() - started:.0f} s).")


def _stamp(name: str) -> str:
    try:
        return (VENV / f".{name}").read_text()
    except OSError:
        return ""


def _works() -> bool:
    """Whether it is whole and where it was made: its scripts name the place."""
    return (VENV / "bin" / "python").exists() and _stamp("place") == str(VENV)


def _version() -> str:
    output = subprocess.run(
        [VENV / "bin" / "python", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
        stdout=subprocess.PIPE, text=True,
    )
    return output.stdout.strip()


@_one_at_a_time
def compile_translations() -> None:
    """Compile each .po that is newer than its .mo."""
    folder = PROJECT / "ckanext" / "thai_gdc" / "i18n"
    for po in folder.glob("*/LC_MESSAGES/*.po"):
        mo = po.with_suffix(".mo")
        if not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime:
            draft = mo.with_name(f".{os.getpid()}.{mo.name}")
            run(
                [VENV / "bin" / "pybabel", "compile", "-i", po, "-o", draft,
                 "-l", po.parent.parent.name],
                f"Compiling {po.name}",
            )
            draft.replace(mo)


@_one_at_a_time
def ensure_solr() -> None:
    """Fetch Solr and compile its launcher into .solr/."""
    inputs = digest(*_SOLR_SOURCES)
    stamp = SOLR_PARTS / "complete"
    if stamp.exists() and stamp.read_text() == inputs:
        return
    say("Fetching Solr ...")
    started = time.monotonic()
    draft = SOLR_PARTS.with_name(".solr.new")
    shutil.rmtree(draft, ignore_errors=True)
    run(
        ["mvn", "--batch-mode", "--quiet", "-f", _SOLR_SOURCES[0],
         "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies",
         f"-DoutputDirectory={draft / 'lib'}", "-DincludeScope=runtime"],
        "Fetching Solr from Maven Central",
    )
    run(
        ["javac", "-cp", f"{draft / 'lib'}/*", "-d", draft / "classes", _SOLR_SOURCES[1]],
        "Compiling the launcher of Solr",
    )
    (draft / "complete").write_text(inputs)
    shutil.rmtree(SOLR_PARTS, ignore_errors=True)
    draft.rename(SOLR_PARTS)
    say(f"Solr is there ({time.monotonic() - started:.0f} s).")
