"""Failures that are repeated, shrunk and turned into a case with what is right."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from mapp.library import read
from mapp.model.incident import Incident
from mapp.model.recording import Recording, write_recording
from mapp.model.values import canonical
from mapp.observe.corrections import Correction, Corrections
from mapp.observe.incidents import Incidents
from mapp.observe.journal import Run, new_id
from mapp.ops.heal.brief import evidence_of
from mapp.ops.heal.heal import ensure_healable
from mapp.ops.heal.reproduce import CannotHeal, Reproduced, reproduce
from support.healing import ODD, THROWS, code, double, failure, healed, refusals
from support.library import Built, library
from support.rates import CAREFUL, answer, covered


@pytest.fixture
def built() -> Iterator[Built]:
    made = library().build()
    yield made
    made.workspace.close()


def found(built: Built, incident: Incident) -> Reproduced | None:
    ensure_healable(incident)
    snapshot = read.snapshot(built.home, incident.app, only=None)
    return reproduce(built.workspace, incident, read.load(built.home, incident.app), snapshot.files)


def test_the_case_is_the_smallest_input_that_fails_in_the_same_way(built: Built) -> None:
    other = THROWS.replace("  return", '  if (input.number === 0) throw new RangeError("none");\n  return')
    built.put(double(other))
    case = found(built, failure(built, "double", {"number": 987}))

    assert case is not None
    assert dict(case.case.input) == {"number": 901}, "zero fails in another way"
    assert (case.case.valid, case.truth) == ("any", "schema")


def test_a_broken_predicate_is_what_the_case_breaks(built: Built) -> None:
    built.put(double(ODD))
    case = found(built, failure(built, "double", {"number": 987}))

    assert case is not None
    assert (case.broken, case.truth) == (("prop_even",), "predicate")
    assert dict(case.case.input) == {"number": 901}


def test_what_a_person_said_is_about_the_run_that_they_meant(built: Built) -> None:
    built.put(double(ODD))
    first = failure(built, "double", {"number": 950}, "expectation", expected='{"output":1900}')
    said = Correction(
        id=new_id(), at=1.0, run=first.run, request="", said="wrong", ran="double", expected=first.expected
    )
    Corrections(built.home.journal).put(said)
    incident = failure(built, "double", {"number": 999}, "expectation")
    case = found(built, incident)

    assert incident.run != first.run and incident.expected
    assert case is not None and case.run == first.run
    assert case.case.to_dict() == {"input": {"number": 950}, "output": 1900}


def test_without_an_input_nothing_can_be_repeated(built: Built) -> None:
    built.put(double())
    built.workspace.journal._keep_inputs = False
    incident = failure(built, "double", {"number": 950})
    with pytest.raises(CannotHeal, match="no input"):
        found(built, incident)


def changed_upstream(built: Built, body: Any) -> Incident:
    """Records a run in which the service answered with another body."""
    app = read.load(built.home, "rates")
    exchanges = Recording.from_dict(
        {"recording": 1, "calls": [answer("USD", body=json.dumps(body))]}, "x"
    ).exchanges
    run = Run(
        id=new_id(),
        started=built.workspace.clock(),
        app="rates",
        commit=app.commit,
        tree=app.tree,
        version=str(app.manifest.version),
        request=None,
        input=canonical({"amount": 10, "base": "USD"}),
        output=None,
        outcome="error:unavailable",
        detail="",
        now_ms=1_700_000_000_000,
        seed=1,
        wall_ms=1.0,
        total_ms=1.0,
        engine="",
        isolation="",
    )
    built.workspace.journal.record(run, write_recording(exchanges))
    incident = Incident(
        id=new_id(),
        app="rates",
        failure="upstream_changed",
        fingerprint="v1:0b",
        version=run.version,
        commit=run.commit,
        tree=run.tree,
        first=run.started,
        last=run.started,
        run=run.id,
        facts=(("differences", ["rates is missing, and quotes is new"]),),
    )
    return Incidents(built.home.journal).seen(incident)


QUOTES = CAREFUL.replace(
    "const rate = body && body.rates && body.rates.CHF;",
    "const rates = body && (body.rates || body.quotes);\n  const rate = rates && rates.CHF;",
)


def test_a_changed_answer_of_a_host_becomes_a_recording(built: Built) -> None:
    built.put(covered())
    incident = changed_upstream(built, {"base": "USD", "quotes": {"CHF": 0.5}})
    case = found(built, incident)

    assert case is not None and case.truth == "upstream"
    name = case.case.recording
    assert case.case.to_dict() == {
        "input": {"amount": 10, "base": "USD"},
        "valid": "output",
        "recording": name,
    }
    assert [*case.recordings] == [f"tests/recordings/{name}.json"]
    evidence = dict(evidence_of(incident, case))
    assert "quotes is new" in evidence["facts that decided the class"]
    assert "quotes" in evidence["host calls of the failing run"]


def test_an_app_learns_to_read_both_shapes(built: Built) -> None:
    built.put(covered())
    incident = changed_upstream(built, {"base": "USD", "quotes": {"CHF": 0.5}})
    only_new = CAREFUL.replace("body.rates", "body.quotes")
    done = healed(built, incident, code(only_new, QUOTES))

    assert done.healed, refusals(done)
    assert done.changed is not None and done.changed.rounds == 2
    app = read.load(built.home, "rates")
    assert app.source == QUOTES and len(app.recordings) == 3
    assert app.manifest.capabilities == covered().read().manifest.capabilities


def test_a_heal_that_makes_up_a_value_for_an_outage_is_refused(built: Built) -> None:
    built.put(covered())
    incident = changed_upstream(built, {"base": "USD", "quotes": {"CHF": 0.5}})
    made_up = QUOTES.replace('if (typeof rate !== "number") throw new Error("unavailable");', "")
    made_up = made_up.replace("return input.amount * rate;", "return input.amount * (rate || 1);")
    done = healed(built, incident, code(made_up, made_up, made_up))

    assert not done.healed
    assert "general" in refusals(done)
