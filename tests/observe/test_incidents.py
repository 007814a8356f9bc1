"""The tables of incidents in the journal's file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mapp.errors import NotFound
from mapp.model.incident import Incident
from mapp.observe.incidents import Incidents
from mapp.observe.journal import Journal

INCIDENT = Incident(
    id="019ac5f2-0000-7000-8000-000000000001",
    app="vat",
    failure="code_bug",
    fingerprint="v1:0123456789abcdef",
    version="1.0.0",
    commit="c0ffee",
    tree="7ree",
    first=1_700_000_000.0,
    last=1_700_000_000.0,
    run="run-1",
    facts=(("outcome", "threw"),),
)


@pytest.fixture
def incidents(world: Path) -> Incidents:
    return Incidents(world / "journal.sqlite")


def again(number: int, **changed: object) -> Incident:
    """Returns a later failure with the same fingerprint, as the rules report it."""
    fresh = replace(INCIDENT, id=f"fresh-{number}", run=f"run-{number}", first=INCIDENT.first + number)
    return replace(fresh, last=fresh.first, **changed)  # type: ignore[arg-type]


def test_failures_with_one_fingerprint_are_one_incident(incidents: Incidents) -> None:
    incidents.seen(INCIDENT)
    found = incidents.seen(again(2, version="1.0.1", commit="beef", tree="oak"))

    assert (found.id, found.runs, found.run) == (INCIDENT.id, 2, "run-2")
    assert (found.version, found.commit, found.tree) == ("1.0.1", "beef", "oak")
    assert (found.first, found.last) == (INCIDENT.first, INCIDENT.first + 2)
    assert incidents.all() == [found]
    assert incidents.runs(found.id) == ["run-2", "run-1"]


def test_a_run_is_counted_once(incidents: Incidents) -> None:
    incidents.seen(INCIDENT)
    assert incidents.seen(replace(INCIDENT, id="fresh", expected='{"output": 20}')).runs == 1
    assert incidents.get(INCIDENT.id).expected == '{"output": 20}'


def test_an_older_failure_that_is_reported_late_does_not_become_the_newest(incidents: Incidents) -> None:
    incidents.seen(again(5))
    found = incidents.seen(again(2, commit="old"))

    assert (found.run, found.commit, found.runs) == ("run-5", INCIDENT.commit, 2)
    assert (found.first, found.last) == (INCIDENT.first + 2, INCIDENT.first + 5)


def test_other_apps_and_other_fingerprints_are_other_incidents(incidents: Incidents) -> None:
    incidents.seen(INCIDENT)
    incidents.seen(again(2, app="tip"))
    incidents.seen(again(3, fingerprint="v1:ffff"))
    assert len(incidents.all()) == 3


def test_a_group_of_rows_is_counted_at_once(incidents: Incidents) -> None:
    incidents.seen(again(1, runs=40))
    assert incidents.seen(again(2, runs=2)).runs == 42


def test_an_incident_that_a_person_closed_stays_closed(incidents: Incidents) -> None:
    incidents.put(replace(incidents.seen(INCIDENT), state="closed", why="works as intended"))
    found = incidents.seen(again(2))

    assert (found.state, found.runs, found.why) == ("closed", 2, "works as intended")
    assert (incidents.all(open=True), incidents.all()) == ([], [found])


def test_failures_of_a_merged_incident_count_for_the_other(incidents: Incidents) -> None:
    first = incidents.seen(INCIDENT)
    other = incidents.seen(again(2, fingerprint="v1:ffff"))
    merged = incidents.merge(first, other)
    found = incidents.seen(again(3))

    assert (merged.runs, found.id, found.runs) == (2, other.id, 3)
    assert incidents.runs(other.id) == ["run-3", "run-2", "run-1"]
    assert (incidents.get(first.id).state, incidents.get(first.id).into) == ("merged", other.id)


def test_incidents_are_listed_by_app_and_class_the_newest_first(incidents: Incidents) -> None:
    incidents.seen(INCIDENT)
    incidents.seen(again(2, fingerprint="v1:2", failure="resource"))
    incidents.seen(again(3, fingerprint="v1:3", app="tip"))

    assert [row.fingerprint for row in incidents.all()] == ["v1:3", "v1:2", INCIDENT.fingerprint]
    assert [row.run for row in incidents.all("vat")] == ["run-2", "run-1"]
    assert [row.run for row in incidents.all(failure="resource")] == ["run-2"]
    assert [row.run for row in incidents.of_run("run-3")] == ["run-3"]


def test_an_incident_is_found_by_the_beginning_of_its_id(incidents: Incidents) -> None:
    incidents.seen(INCIDENT)
    assert incidents.get("019ac5f2") == INCIDENT
    for text in ("ffff", "%", ""):
        with pytest.raises(NotFound):
            incidents.get(text)


def test_runs_that_the_journal_has_forgotten_are_forgotten(incidents: Incidents) -> None:
    incidents.seen(again(1))
    journal = Journal(incidents.path, keep_runs=10, keep_days=10, keep_inputs=True)
    assert list(journal.runs()) == []
    journal.close()
    found = incidents.seen(again(2))

    assert incidents.runs(found.id) == ["run-2"] and found.runs == 2


def test_an_app_that_was_not_started_is_counted_each_time(incidents: Incidents) -> None:
    incidents.seen(again(1, run=""))
    found = incidents.seen(again(2, run=""))
    assert (found.runs, incidents.runs(found.id)) == (2, [])


def test_a_library_without_a_journal_has_no_incidents(incidents: Incidents) -> None:
    assert (incidents.all(), incidents.runs("x"), incidents.of_run("x")) == ([], [], [])
    assert not incidents.path.exists()


def test_the_journal_opens_a_file_that_was_begun_by_an_incident(incidents: Incidents) -> None:
    incidents.seen(INCIDENT)
    journal = Journal(incidents.path, keep_runs=10, keep_days=10, keep_inputs=True)
    assert list(journal.runs()) == []
    journal.close()
    assert incidents.all() == [INCIDENT]
