"""Reproduces the failure of an incident on the current `main`, and makes the smallest case of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from mapp.errors import IntegrityError, InvalidArguments, InvalidInput, NotFound
from mapp.model.app import App, Example
from mapp.model.arguments import with_defaults, without_defaults
from mapp.model.change_spec import Truth
from mapp.model.incident import Incident
from mapp.model.outcome import Declared, Failed, Outcome, Value
from mapp.model.recording import Exchange, Recording
from mapp.model.validation import violations
from mapp.model.values import canonical
from mapp.observe.incidents import Incidents
from mapp.ops.check.gate import failed_run, trial_of
from mapp.ops.workspace import Workspace
from mapp.sandbox.app_job import job_for, judge
from mapp.sandbox.executor import run_batch
from mapp.validate.checks.properties import broken_predicates
from mapp.validate.evaluation import ExampleRow, fault
from mapp.validate.generate.shrink import shrunk
from mapp.validate.time_limit import TrialTimeout
from mapp.validate.trial import Arguments, FailedRun, Trial, describe, is_late, meets, wanted

PERSON: Final[Truth] = "person"
MAX_RUNS: Final = 20
"""How many runs of an incident are tried until one reproduces."""
MAX_SHRUNK: Final = 400
"""How many inputs are tried to find a smaller failing one."""


class CannotHeal(InvalidInput):
    """An incident that no coder may be asked about, or whose right outcome contradicts the app's contract."""

    code = "MAPP-0560"
    exit_code = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Reproduced:
    """A failure that happens on the current `main`.

    `case` is the smallest failing input with what is right for it, `truth` says who knows that. `outcome` is
    what the app gives, `broken` the predicates that this breaks. `exchanges` are the host calls of the run.
    `recordings` are the files that the case needs (path -> bytes).
    """

    run: str
    case: Example
    truth: Truth
    outcome: Outcome
    broken: tuple[str, ...]
    exchanges: tuple[Exchange, ...]
    recordings: Mapping[str, bytes]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Failure:
    """One run of an incident, repeated: complete arguments, what the app gives now, and the time and seed."""

    run: FailedRun
    outcome: Outcome
    broken: tuple[str, ...]


def reproduce(
    workspace: Workspace, incident: Incident, app: App, files: Mapping[str, bytes]
) -> Reproduced | None:
    """Returns the failure of an incident on an app, or None if none of its runs fails any more.

    Raises:
        CannotHeal: no input of the incident was kept, or the stated outcome contradicts the app's contract.
        SandboxUnavailable: this machine isolates less than the settings require for this app.
    """
    trial = trial_of(workspace, app, files, base=None, kind="heal")
    runs = list(_runs(workspace, incident))
    if not runs:
        raise CannotHeal(
            f"no input of the incident {incident.id} was kept, so it cannot be repeated",
            hint="to keep inputs: mapp config keep_inputs true",
        )
    for run in runs:
        if run.right is not None:
            _ensure_declared(app, run.right)
        failure = _repeated(trial, app, incident, run)
        if failure is not None:
            return _case(trial, app, incident, failure)
    return None


def _runs(workspace: Workspace, incident: Incident) -> Iterator[FailedRun]:
    """Yields the runs of an incident with their inputs, those that a person spoke about first.

    What a person said about one run says nothing about the others. Without a record of who said what, the
    incident's own word is about its newest run.
    """
    known = Incidents(workspace.home.journal).runs(incident.id)
    runs = []
    for identity in list(dict.fromkeys([incident.run, *known]))[:MAX_RUNS]:
        with suppress(NotFound, IntegrityError):
            runs.append(failed_run(workspace, identity))
    if incident.expected and runs and not any(run.right for run in runs):
        document = {"input": dict(runs[0].arguments), **json.loads(incident.expected)}
        runs[0] = replace(runs[0], right=Example.from_dict(document))
    if incident.expected:
        runs = [run for run in runs if run.right]  # of the others, nobody knows what is wrong with them
    yield from runs


def _ensure_declared(app: App, right: Example) -> None:
    """Raises CannotHeal if the manifest does not allow what a person said is right."""
    if right.error is not None:
        if right.error not in app.manifest.error_codes:
            raise CannotHeal(
                f"{app.name} declares no error {right.error!r}",
                hint=f"mapp edit {app.name} adds it to [errors], with an example",
            )
    elif found := violations(app.manifest.output, right.output):
        raise CannotHeal(
            f"the output that you expect does not fit the output schema of {app.name}",
            found,
            hint=f"mapp edit {app.name} changes the schema; a heal cannot",
        )


def _repeated(trial: Trial, app: App, incident: Incident, run: FailedRun) -> _Failure | None:
    """Returns a run's failure if it happens twice, or None."""
    outcome = trial.again(app, run)
    if outcome is None:
        return None  # the manifest does not accept this input any more
    arguments = with_defaults(app.manifest, run.arguments)
    run = replace(run, arguments=arguments)
    broken = broken_predicates(trial, app, [(arguments, outcome)])[0]
    if run.right is not None:
        if meets(run.right, outcome):
            return None
    elif incident.failure == "nondeterminism":
        if not _varies(trial, app, run, outcome):
            return None
    elif incident.failure == "upstream_changed":
        if isinstance(outcome, Value) and not broken:
            return None
    elif not (isinstance(outcome, Failed) or broken):
        return None
    if incident.failure != "nondeterminism" and _kind(trial.again(app, run)) != _kind(outcome):
        return None
    return _Failure(run=run, outcome=outcome, broken=broken)


def _varies(trial: Trial, app: App, run: FailedRun, outcome: Outcome) -> bool:
    if trial.again(app, run) != outcome:
        return True
    if trial.second_environment is None:
        return False
    with trial.second_environment() as other:
        return trial.again(app, run, other) != outcome


def _case(trial: Trial, app: App, incident: Incident, failure: _Failure) -> Reproduced:
    """Returns the smallest case of a failure, with what is right for it."""
    run = failure.run
    if run.right is None and not app.manifest.capabilities.calls and not is_late(failure.outcome):
        run = _smaller(trial, app, failure)
    outcome = trial.again(app, run) or failure.outcome
    broken = broken_predicates(trial, app, [(run.arguments, outcome)])[0]
    recordings: dict[str, bytes] = {}
    name = None
    if run.exchanges:
        name = f"heal-{incident.id.rpartition('-')[2][-12:]}"
        recording = Recording(name=name, exchanges=run.exchanges, now=run.now_ms, seed=run.seed)
        text = json.dumps(recording.to_dict(), ensure_ascii=False, indent=1)
        recordings[f"tests/recordings/{name}.json"] = f"{text}\n".encode("utf-8", "backslashreplace")
    if run.right is not None:
        stated = {"output": run.right.output, "error": run.right.error}
        row, truth = replace(_row(app, run, stated), recording=name), PERSON
        _ensure_consistent(trial, app, run, row)
    else:
        row, truth = _known_right(trial, app, incident, run, broken)
        row = replace(row, recording=name)
    return Reproduced(
        run=failure.run.run,
        case=row,
        truth=truth,
        outcome=outcome,
        broken=broken,
        exchanges=run.exchanges,
        recordings=recordings,
    )


def _row(app: App, run: FailedRun, stated: Mapping[str, Any]) -> Example:
    """Returns the row of a test for a run; `stated` is what is right, as in the row."""
    call = without_defaults(app.manifest, run.arguments)
    capabilities = app.manifest.capabilities
    return Example(
        input=tuple(call.items()),
        output=stated.get("output"),
        error=stated.get("error"),
        valid=stated.get("valid"),
        now=run.now_ms if capabilities.clock else None,
        seed=run.seed if capabilities.random else None,
    )


def _known_right(
    trial: Trial, app: App, incident: Incident, run: FailedRun, broken: Sequence[str]
) -> tuple[Example, Truth]:
    """Returns what the app's contract says is right for an input; that may be less than one outcome."""
    errors = [code for code, _ in app.manifest.errors if _must_refuse(trial, app, run, code)]
    if len(errors) == 1:
        return _row(app, run, {"error": errors[0]}), "declared"
    if incident.failure == "upstream_changed":
        return _row(app, run, {"valid": "output"}), "upstream"
    return _row(app, run, {"valid": "any"}), "predicate" if broken else "schema"


def _must_refuse(trial: Trial, app: App, run: FailedRun, code: str) -> bool:
    """Returns whether the app's tests say that it must refuse an input with a declared error."""
    name = f"throws_{code}"
    if name not in trial.predicates:
        return False
    row = ExampleRow(
        arguments=run.arguments,
        outcome=Declared(error=code, meaning=""),
        clock_and_seed=(run.now_ms, run.seed),
    )
    return not fault(trial.executor, app, name, row)


def _ensure_consistent(trial: Trial, app: App, run: FailedRun, row: Example) -> None:
    """Raises CannotHeal if the app's own tests contradict what a person said is right."""
    text = canonical(run.arguments)
    for other in app.examples:
        with suppress(InvalidArguments):
            same_input = canonical(with_defaults(app.manifest, dict(other.input))) == text
            same_moment = (other.now, other.seed) == (row.now, row.seed) and other.recording is None
            if same_input and same_moment and not _agree(row, other):
                raise CannotHeal(
                    f"an example of {app.name} says that {wanted(other)} is right for this input, "
                    f"not {wanted(row)}",
                    hint=f"if the example is wrong, correct it: mapp edit {app.name}",
                )
    outcome: Outcome = (
        Declared(error=row.error, meaning="") if row.error is not None else Value(output=row.output)
    )
    names = [
        name
        for name in broken_predicates(trial, app, [(run.arguments, outcome)])[0]
        if not name.startswith("meta_")  # it runs the app, which is wrong
    ]
    if names:
        raise CannotHeal(
            f"the predicate {names[0]} of {app.name} does not allow {describe(outcome)} for this input",
            hint=f"if the predicate is wrong, correct it: mapp edit {app.name}",
        )


def _agree(one: Example, other: Example) -> bool:
    outcome: Outcome = (
        Declared(error=other.error, meaning="") if other.error is not None else Value(output=other.output)
    )
    return meets(one, outcome)


def _smaller(trial: Trial, app: App, failure: _Failure) -> FailedRun:
    """Returns a run with the simplest input that fails in the same way."""
    run = failure.run

    def breaks(inputs: Sequence[Arguments]) -> list[bool]:
        jobs = [job_for(app, row, now_ms=run.now_ms, seed=run.seed) for row in inputs]
        outcomes = [judge(app.manifest, ran) for ran in run_batch(trial.executor, jobs)]
        if isinstance(failure.outcome, Failed):
            return [_kind(outcome) == _kind(failure.outcome) for outcome in outcomes]
        found = broken_predicates(trial, app, list(zip(inputs, outcomes, strict=True)))
        return [failure.broken[0] in names for names in found]

    if not isinstance(failure.outcome, Failed) and not failure.broken:
        return run
    with suppress(TrialTimeout):  # a small case is better, but not at any price
        return replace(run, arguments=shrunk(app.manifest, dict(run.arguments), breaks, MAX_SHRUNK))
    return run


def _kind(outcome: Outcome | None) -> tuple[str, str]:
    """Returns what two failures of the same cause have in common: the kind, and of an exception its type."""
    match outcome:
        case Failed(kind="threw", message=message):
            return "threw", message.partition(":")[0]
        case Failed(kind=kind):
            return kind, ""
        case Declared(error=error):
            return "error", error
        case Value(output=output):
            return "value", canonical(output)
    return "", ""
