"""Apps that fail in use, their incidents, and heals by a coder whose answers are known."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from mapp.author.coder import Proposal
from mapp.author.coders.scripted import ScriptedCoder
from mapp.model.incident import FailureClass, Incident
from mapp.model.verdict import Result, Verdict
from mapp.observe.incidents import Incidents
from mapp.observe.journal import new_id
from mapp.ops.check.gate import Options
from mapp.ops.heal.heal import Healed, heal
from mapp.ops.run.execute import execute
from mapp.validate.gate import checks_for
from support.apps import Draft, app
from support.authors import Decided, quiet
from support.library import Built

FEW = Options(inputs=40)

EVEN = "function prop_even(input, output) { return output % 2 === 0; }\n"
DOUBLE = "function main(input, host) {\n  return input.number * 2;\n}\n"
THROWS = """\
function main(input, host) {
  if (input.number > 900) throw new TypeError("too much");
  return input.number * 2;
}
"""
ODD = """\
function main(input, host) {
  if (input.number > 900) return 7;
  return input.number * 2;
}
"""


def double(source: str = THROWS) -> Draft:
    """Returns an app that doubles whole numbers, and fails for the large ones."""
    made = app("double").file("tests/properties.js", EVEN).source(source)
    made.taking(number={"type": "integer", "minimum": -1000, "maximum": 1000})
    for number in (0, 1, -1, 3, 50, -120, 333, 640, -999, 777):
        made.example({"number": number}, output=number * 2)
    return made


def failure(
    built: Built,
    name: str,
    arguments: dict[str, Any],
    kind: FailureClass = "code_bug",
    *,
    fingerprint: str = "v1:0a",
    **more: Any,
) -> Incident:
    """Runs an app and records the run as an incident, in place of what mapp makes of it."""
    later, built.workspace.later = built.workspace.later, lambda work: None
    try:
        ran = execute(built.workspace, name, arguments)
    finally:
        built.workspace.later = later
    run = built.workspace.journal.run(ran.run)[0]
    incident = Incident(
        id=new_id(),
        app=name,
        failure=kind,
        fingerprint=fingerprint,
        version=run.version,
        commit=run.commit,
        tree=run.tree,
        first=run.started,
        last=run.started,
        run=run.id,
        **more,
    )
    return Incidents(built.home.journal).seen(incident)


def wrong(built: Built, name: str, arguments: dict[str, Any], **expected: Any) -> Incident:
    """Runs an app and says what would have been right: an `output` or an `error`."""
    return failure(built, name, arguments, "expectation", expected=json.dumps(expected))


def verdict_on_heal(verdict: Verdict, base: str) -> Verdict:
    """Returns a verdict as one on a heal of the tree `base`, with every check that one needs."""
    checks = checks_for("heal", compares=True)
    rows = tuple(Result(check=row.id, status="passed", counted=1) for row in checks)
    return replace(verdict, kind="heal", base=base, results=rows)


def code(*sources: str) -> ScriptedCoder:
    """Returns a coder that answers with these programs, one after the other."""
    return ScriptedCoder(answers=[{"main.js": source} for source in sources])


def healed(built: Built, incident: Incident, coder: ScriptedCoder, person: Decided | None = None) -> Healed:
    """Heals an incident; the person approves everything unless one is given."""
    return heal(built.workspace, incident, person=person or Decided(), watch=quiet, coder=coder, options=FEW)


def refusals(done: Healed) -> Sequence[str]:
    """Returns the checks that refused the last try."""
    assert done.changed is not None and done.changed.verdict is not None
    return [row.check for row in done.changed.verdict.results if not row.passed]


class CountingCoder(ScriptedCoder):
    """A coder that fails the test when it is asked, or even asked for its price."""

    def __init__(self) -> None:
        super().__init__(answers=[])
        self.calls = 0

    def max_cost(self, *given: Any) -> Any:
        """Counts the call."""
        self.calls += 1
        raise AssertionError("the coder was asked what it costs")

    def propose(self, *given: Any) -> Proposal:
        """Counts the call."""
        self.calls += 1
        raise AssertionError("the coder was called")
