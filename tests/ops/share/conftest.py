"""One server of each kind for a module of tests, and a gate that says yes at once."""

from __future__ import annotations

import pytest

from mapp.git.identity import tree_id
from mapp.model.app import App, read_app
from mapp.model.verdict import Verdict
from mapp.ops.share import fork, place, rename
from mapp.validate.trial import Trial
from support.git_servers import any_server
from support.verdicts import passing_on

__all__ = ["any_server", "examined_at_once", "without_gate"]


@pytest.fixture
def without_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets every app pass, for tests that are about something else: the gate takes seconds."""

    def judged(trial: Trial, tree: str, _: object) -> object:
        return passing_on(trial.app, tree)

    monkeypatch.setattr(place, "judged", judged)


@pytest.fixture
def examined_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets every app that gets another name here pass the gate."""

    def examined(_: object, files: dict[str, bytes], **__: object) -> tuple[App, Verdict]:
        tree = tree_id(files)
        app = read_app(files, tree=tree)
        return app, passing_on(app, tree)

    monkeypatch.setattr(fork, "examined", examined)
    monkeypatch.setattr(rename, "examined", examined)
