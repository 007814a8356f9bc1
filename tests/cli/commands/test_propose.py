from __future__ import annotations

from pathlib import Path

import pytest

from mapp.git.repository import Repository
from mapp.model.app import REGRESSIONS
from mapp.model.incident import Incident
from support.healing import double, failure
from support.library import Built, git
from support.sharing import SharedWorld
from support.terminal import mapp


@pytest.fixture
def incident(tmp_path: Path) -> Incident:
    """Returns an incident of `double`, which is installed from a registry in the folder `served`."""
    world = SharedWorld(tmp_path / "served")
    author = world.author("double")
    author.release(double())
    world.list(author.entry)
    world.use()
    world.install("double")
    built = Built()
    found = failure(built, "double", {"number": 1000})
    built.workspace.close()
    return found


def test_a_failure_is_shown_then_reported_with_the_smallest_input(incident: Incident, tmp_path: Path) -> None:
    author = tmp_path / "served/double.git"
    asked = mapp("report", incident.id)
    assert asked.code == 7 and "--yes" in asked.err and "[MAPP-0749]" in asked.err
    shown = mapp("report", incident.id, "--dry-run")
    assert shown.code == 0 and '{"input": {"number": 901}' in shown.out and "nothing was sent" in shown.err
    assert git(author, "for-each-ref", "refs/heads/report") == ""
    sent = mapp("report", incident.id, "--yes", "--json")
    assert (sent.code, sent.json["way"], sent.json["changed"]) == (0, "branch", True)
    assert "901" in git(author, "show", f"report/{incident.id}:{REGRESSIONS}")
    assert "there already" in mapp("report", incident.id, "--yes").out


def test_an_app_without_changes_has_nothing_to_propose(incident: Incident, tmp_path: Path) -> None:
    found = mapp("propose", "double", "--yes")
    assert found.code == 1 and "there is nothing to propose" in found.err
    assert Repository.open(tmp_path / "served/double.git").refs("refs/heads/heal/") == {}
