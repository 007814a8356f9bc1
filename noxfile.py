"""Pieces of `.ci/run` as sessions: `nox -s lint`, `nox -s tests -- tests/git`, `nox --list`."""

from __future__ import annotations

import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2025.10"
nox.options.sessions = ["lint", "docs"]
nox.options.reuse_venv = "yes"

PINNED = ("-c", "constraints.txt")


@nox.session
def lint(session: nox.Session) -> None:
    """Style, types, layers, spelling and workflows."""
    session.install(*PINNED, "-e", ".[lint,test,dev]")
    for command in Path(".ci/lint").read_text(encoding="utf-8").splitlines():
        if command and not command.startswith("#"):
            session.run(*command.split())


@nox.session(python=["3.11", "3.12", "3.13"])
def tests(session: nox.Session) -> None:
    """The tests; arguments go to pytest."""
    session.install(*PINNED, "-e", ".[test]")
    session.run("python", "-m", "pytest", "-q", *(session.posargs or ["-n", "auto"]))


@nox.session
def coverage(session: nox.Session) -> None:
    """The tests with coverage, which has a floor; arguments go to pytest."""
    if session.virtualenv.is_sandboxed:
        session.install(*PINNED, "-e", ".[test,dev]")
    session.run("coverage", "erase")
    words = session.posargs or ["-n", "auto"]
    session.run("python", "-m", "pytest", "-q", "--cov", "--cov-report=", *words)
    session.run("coverage", "report")


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation as a site, in `site/`; a broken link fails it."""
    session.install(*PINNED, "zensical")
    session.run("zensical", "build", "--clean", "--strict")


@nox.session(venv_backend="none")
def ci(session: nox.Session) -> None:
    """All of it, from nothing, as on the forge."""
    if shutil.which("bash") is None:
        session.error("this session needs bash")
    session.run("bash", ".ci/run", external=True)
