"""Statistics gathered from the journal, the ledger, the changes and the apps' histories."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mapp.errors import UsageError
from mapp.library.commit_app import message
from mapp.model.app import Example
from mapp.model.change import SUPERSEDED, Change, ChangeState
from mapp.model.change_spec import ExpandSpec, HealSpec
from mapp.model.incident import FailureClass, Incident
from mapp.model.spend import Planned, Spend
from mapp.observe.changes import Changes
from mapp.observe.incidents import Incidents
from mapp.observe.journal import Run
from mapp.observe.ledger import SpendLedger
from mapp.observe.stats import date_of, day_of
from mapp.ops.manage.statistics import REMOVED, first_day, heals, statistics
from mapp.ops.run.execute import execute
from mapp.ops.workspace import Workspace
from support.apps import app
from support.library import FORCED, Built, library, proposal

NOW = 1_700_000_000.0


def healed(built: Built, operation: str, content: str, **trailers: str) -> str:
    """Commits a new state of the app `double` with an operation's trailers; returns the commit."""
    from mapp.library.commit_app import put

    text = message(operation, {**FORCED, "Mapp-Operation": operation, **trailers})
    draft = app("double").file("README.md", content)
    return put(built.home, proposal(draft, text)).commit


def test_a_run_counts_with_what_it_avoided(world: object) -> None:
    built = library().app("double").app("other").build()
    execute(built.workspace, "double", {"number": 21})
    execute(built.workspace, "double", {"number": 22})
    execute(built.workspace, "other", {"number": 23})
    found = statistics(built.workspace, by="app")

    document = found.to_dict()
    assert (document["runs"], document["failed"], document["failures"]) == (3, 0, {})
    assert document["avoided"]["calls"] == 3 and document["avoided"]["cost_micros"] > 0
    assert [(row["name"], row["runs"]) for row in document["groups"]] == [("double", 2), ("other", 1)]
    assert [day["runs"] for day in document["days"]] == [3]
    built.workspace.close()


def test_groups_by_source_follow_the_lock_file() -> None:
    built = library().app("double").build()
    built.put(app("shared"), source="https://example.com/shared.git")
    for name in ("double", "shared", "shared"):
        execute(built.workspace, name, {"number": 1})
    built.workspace.journal.record(
        replace(next(built.workspace.journal.runs()), id="x", app="gone", outcome="threw")
    )
    found = statistics(built.workspace, by="source")

    rows = {row.name: (row.counts.runs, row.counts.failed) for row in found.groups}
    assert rows == {"https://example.com/shared.git": (2, 0), "local": (1, 0), REMOVED: (1, 1)}
    built.workspace.close()


def spend(workspace: Workspace, app: str, change: str, micros: int, *, at: float = 1_700_000_000.0) -> None:
    """Writes one settled call into the ledger."""
    ledger = SpendLedger(workspace.home.journal, clock=lambda: at)
    planned = Planned(
        change=change, app=app, phase="code", round=1, coder="x", prompt="p", max_cost=Spend(cost_micros=1)
    )
    identity = ledger.plan(planned, lambda _: None)
    ledger.settle(identity, Spend(cost_micros=micros, tokens_in=100, calls=1), "answered")


def test_break_even_compares_what_an_app_cost_with_what_its_answers_avoided() -> None:
    built = library().app("double").build()
    execute(built.workspace, "double", {"number": 1})
    one = statistics(built.workspace).counts.micros
    spend(built.workspace, "working-title", "change", one * 3 - 1)
    change = Change(
        id="change",
        began=1.0,
        app="double",
        request="r",
        coder="c",
        spec=ExpandSpec(base="b"),
        state="merged",
    )
    Changes(built.home.journal).put(change)

    [row] = statistics(built.workspace).break_even
    assert (row.app, row.answers, row.needed, row.reached) == ("double", 1, 3, False)
    execute(built.workspace, "double", {"number": 1})
    execute(built.workspace, "double", {"number": 1})
    [row] = statistics(built.workspace, since="1d").break_even
    assert (row.answers, row.needed, row.reached) == (3, 3, True)
    built.workspace.close()


def test_spend_counts_from_the_day_asked_for() -> None:
    built = library().app("double").build()
    spend(built.workspace, "double", "a", 5)
    spend(built.workspace, "double", "b", 7, at=1_700_000_000.0 + 3 * 86_400)

    assert statistics(built.workspace).spend.cost_micros == 12
    assert statistics(built.workspace, since="2023-11-15").spend.cost_micros == 7
    assert [day.day for day in statistics(built.workspace).days] == ["2023-11-14", "2023-11-17"]
    built.workspace.close()


def test_heals_are_counted_from_history_and_changes_once_each() -> None:
    built = library().app("double").build()
    assert heals(built.workspace).to_dict() == {"tried": 0, "merged": 0, "reverted": 0, "rejected": 0}
    healed(built, "heal", "first", **{"Mapp-Change": "h1"})
    healed(built, "heal", "second", **{"Mapp-Change": "h2"})
    healed(built, "rollback", "first")

    assert heals(built.workspace).to_dict() == {"tried": 2, "merged": 2, "reverted": 1, "rejected": 0}


def test_a_rollback_that_was_taken_back_reverts_no_heal() -> None:
    built = library().app("double").build()
    healed(built, "add", "old")
    healed(built, "heal", "new")
    healed(built, "rollback", "old")
    assert heals(built.workspace).reverted == 1
    healed(built, "rollback", "new")

    assert heals(built.workspace).to_dict() == {"tried": 1, "merged": 1, "reverted": 0, "rejected": 0}


def test_since_is_a_date_or_a_span() -> None:
    now = 1_700_000_000.0
    assert first_day("7d", now) == first_day("1 week", now) == first_day("2023-11-07", now) == 19_668
    for wrong in ("yesterday", "0d", "2023-13-01", "-3d"):
        with pytest.raises(UsageError, match="is not a day"):
            first_day(wrong, now)


def test_failures_are_counted_by_the_class_of_their_incident() -> None:
    built = library().app("double").broken("throws").build()
    journal = built.workspace.journal
    run = Run(
        id="",
        started=NOW,
        app="double",
        commit="c",
        tree="t",
        version="1.0.0",
        request=None,
        input="1",
        output=None,
        outcome="threw",
        detail="",
        now_ms=1,
        seed=1,
        wall_ms=1.0,
        total_ms=1.0,
        engine="q",
        isolation="full",
    )
    for number in range(6):
        journal.record(replace(run, id=str(number), started=NOW + number * 86_400))
    incidents = Incidents(built.home.journal)
    for number in range(4):
        incidents.seen(incident(str(number), "code_bug", NOW + number * 86_400))
    incidents.seen(incident("4", "upstream_down", NOW + 4 * 86_400))
    # The person says that a value is wrong: this run did not fail.
    incidents.seen(incident("9", "expectation", NOW))

    found = statistics(built.workspace, by="class")
    assert dict(found.failures) == {"code_bug": 4, "upstream_down": 1, "expectation": 1, "unclassified": 1}
    assert next((row.name, row.counts.runs) for row in found.groups) == ("code_bug", 4)
    later = statistics(built.workspace, since=date_of(day_of(NOW) + 2))
    assert dict(later.failures) == {"code_bug": 2, "upstream_down": 1, "unclassified": 1}
    built.workspace.close()


def incident(run: str, failure: FailureClass, at: float) -> Incident:
    """Returns an incident of one run."""
    return Incident(
        id=f"incident {run}",
        app="double",
        failure=failure,
        fingerprint=f"v1:{failure}",
        version="1.0.0",
        commit="c",
        tree="t",
        first=at,
        last=at,
        run=run,
    )


def test_a_heal_is_rejected_by_the_gate_or_a_person_and_not_by_a_newer_main() -> None:
    built = library().app("double").build()
    states: dict[str, tuple[ChangeState, str]] = {
        "gate": ("failed", "the gate refuses it: examples"),
        "person": ("dropped", "rejected"),
        "newer main": ("dropped", f"{SUPERSEDED}proven"),
        "newer main, after the gate": ("dropped", f"{SUPERSEDED}failed"),
        "running": ("open", ""),
    }
    spec = HealSpec(
        base="b",
        incident="i",
        fingerprint="v1:f",
        failure="code_bug",
        run="r",
        case=Example(input=(("number", 1),), output=2),
        truth="person",
    )
    for identity, (state, detail) in states.items():
        change = Change(
            id=identity,
            began=NOW,
            app="double",
            request="r",
            coder="c",
            spec=spec,
            state=state,
            detail=detail,
        )
        Changes(built.home.journal).put(change)

    assert heals(built.workspace).to_dict() == {"tried": 5, "merged": 0, "reverted": 0, "rejected": 3}
    assert heals(built.workspace, since=NOW + 1).tried == 0
    built.workspace.close()
