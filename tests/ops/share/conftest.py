"""One server of each kind for a module of tests, and a gate that says yes at once."""

from __future__ import annotations

import pytest

from mapp.ops.share import place
from mapp.validate.trial import Trial
from support.git_servers import any_server
from support.verdicts import passing_on

__all__ = ["any_server", "without_gate"]


@pytest.fixture
def without_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets every app pass, for tests that are about something else: the gate takes seconds."""

    def judged(trial: Trial, tree: str, _: object) -> object:
        return passing_on(trial.app, tree)

    monkeypatch.setattr(place, "judged", judged)
