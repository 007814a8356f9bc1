"""Open changes: approved, rejected or edited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from mapp.author.coders.scripted import ScriptedCoder
from mapp.errors import InvalidApp, UsageError
from mapp.library import branches, read
from mapp.library.commit_app import message
from mapp.library.verdicts import read_verdict, record_verdict
from mapp.model.change import Change
from mapp.model.change_spec import ExpandSpec
from mapp.model.incident import Incident
from mapp.observe.changes import Changes
from mapp.observe.incidents import Incidents
from mapp.ops.compile.change_sources import files_of_change, source_of
from mapp.ops.compile.lifecycle import resume
from mapp.ops.compile.open_coder import open_ledger
from mapp.ops.compile.review import approve_change, edited, reject_change, review, waiting
from mapp.ops.run.execute import execute
from support.apps import app
from support.authors import RIGHT, WRONG, Decided, contract, quiet
from support.compiling import FEW, compiled
from support.library import SOMEBODY, Built, library
from support.terminal import mapp


@pytest.fixture
def built() -> Iterator[Built]:
    made = library().build()
    yield made
    made.workspace.close()


def test_a_proven_change_waits_until_it_is_approved(built: Built) -> None:
    found = compiled(built, ScriptedCoder(answers=[contract(), {"main.js": RIGHT}]), Decided(merges=False))
    shown = review(built.workspace, found.change.id)

    assert (found.change.state, read.names(built.home)) == ("proven", ())
    assert "+  return input.number * 3;" in shown.difference
    assert shown.verdict is not None and shown.verdict.passed
    assert approve_change(built.workspace, found.change.id).name == "triple"
    assert read.names(built.home) == ("triple",)
    assert waiting(built.workspace) == []


def test_a_verdict_that_leaves_out_checks_proves_nothing(built: Built) -> None:
    found = compiled(built, ScriptedCoder(answers=[contract(), {"main.js": RIGHT}]), Decided(merges=False))
    repository, commit = source_of(built.workspace, found.change).newest()
    known = read_verdict(repository, repository.tree_of(commit))
    assert known is not None
    for forged in (replace(known, results=known.results[:1]), replace(known, kind="rollback")):
        record_verdict(repository, forged, built.workspace.signature())
        with pytest.raises(InvalidApp, match="is not proven"):
            approve_change(built.workspace, found.change.id)

    assert read.names(built.home) == ()


def test_a_rejected_change_leaves_nothing_but_its_cost(built: Built) -> None:
    found = compiled(built, ScriptedCoder(answers=[contract(), {"main.js": RIGHT}]), Decided(merges=False))
    reject_change(built.workspace, found.change.id)

    assert not (built.home.root / "changes" / f"{found.change.id}.git").exists()
    assert waiting(built.workspace) == []
    assert open_ledger(built.workspace).sums(found.change.id).change.rounds == 2


def test_an_unproven_change_cannot_be_approved(built: Built) -> None:
    wrongs = [WRONG.replace("100", str(number)) for number in range(100, 106)]
    coder = ScriptedCoder(answers=[contract(), *({"main.js": wrong} for wrong in wrongs)])
    found = compiled(built, coder)
    with pytest.raises(InvalidApp, match="is not proven"):
        approve_change(built.workspace, found.change.id)


def test_an_edit_that_holds_a_key_is_not_committed(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPP_KEY_EXAMPLE", "a-key-of-mine")
    found = compiled(built, ScriptedCoder(answers=[contract(), {"main.js": RIGHT}]), Decided(merges=False))

    with pytest.raises(UsageError, match=r"main\.js contains one of your keys"):
        edited(built.workspace, found.change.id, "main.js", f"// a-key-of-mine\n{RIGHT}".encode())

    assert files_of_change(built.workspace, found.change)["main.js"] == RIGHT.encode()


def test_after_a_manual_edit_no_coder_continues_the_change(built: Built) -> None:
    found = compiled(built, ScriptedCoder(answers=[contract(), {"main.js": RIGHT}]), Decided(merges=False))
    worse, verdict = edited(built.workspace, found.change.id, "main.js", WRONG.encode())

    assert (worse.state, verdict.passed) == ("failed", False)
    with pytest.raises(InvalidApp, match="is not proven"):
        approve_change(built.workspace, found.change.id)
    silent = ScriptedCoder(answers=[])
    again = resume(built.workspace, found.change.id, person=Decided(), watch=quiet, coder=silent, options=FEW)
    assert (again.committed, silent.asked) == (None, [])

    mine = RIGHT.replace("input.number * 3", "3 * input.number")
    better, verdict = edited(built.workspace, found.change.id, "main.js", mine.encode())
    assert (better.state, verdict.passed) == ("proven", True)
    approve_change(built.workspace, found.change.id)
    assert read.load(built.home, "triple").source == mine
    rows = list(read.history(built.home, "triple"))
    assert [row.trailers.get("Mapp-Edited") for row in rows] == ["by hand", "by hand", "by hand", None, None]


def test_a_change_for_an_incident_shows_the_incident_and_its_evidence(built: Built) -> None:
    base = built.put(app("double").source("function main(input) {\n  throw new TypeError('x');\n}\n")).commit
    run = execute(built.workspace, "double", {"number": 13}).run
    failed, _ = built.workspace.journal.run(run)
    incident = Incident(
        id="0197a0b0-0000-7000-8000-000000000002",
        app="double",
        failure="code_bug",
        fingerprint="v1:ab",
        version="1.0.0",
        commit=base,
        tree=failed.tree,
        first=1_700_000_000.0,
        last=1_700_000_000.0,
        run=run,
        why="13 must be doubled as well",
    )
    Incidents(built.home.journal).put(incident)
    spec = ExpandSpec(base=base)
    change = Change(id="a1", began=1.0, app="double", request="heal it", coder="-", spec=spec, state="proven")
    branches.begin(built.home, "double", change.branch)
    text = message("a fix", {"Mapp-Incident": incident.id})
    branches.grow(built.home, "double", change.branch, app("double").files, text, SOMEBODY)
    Changes(built.home.journal).put(change)

    shown = review(built.workspace, "a1")

    assert shown.incident == incident
    assert dict(shown.evidence) == {"input": '{"number":13}', "outcome": "threw TypeError: x"}
    screen = mapp("review", "a1").out
    assert f"incident {incident.id}: code_bug, failed runs: 1" in screen
    assert "a person wrote: 13 must be doubled as well" in screen and 'input: {"number":13}' in screen
    written = mapp("review", "a1", "--markdown").out
    assert written.startswith("## Expand of `double`: proven\n") and "### Incident" in written
    assert "```diff\n--- a/main.js\n" in written
