"""Runs the gate on an app: gathers what the checks need from the library, and returns the verdict."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from mapp import distribution
from mapp.errors import IntegrityError, InvalidApp, NotFound
from mapp.git.identity import tree_id
from mapp.library import read
from mapp.model.app import App, Example, read_app
from mapp.model.recording import read_recording
from mapp.model.values import canonical
from mapp.model.verdict import GateKind, Result, Verdict, question_report
from mapp.ops.run.permissions import ensure_isolated
from mapp.ops.workspace import Workspace
from mapp.sandbox.executor import Executor
from mapp.sandbox.executors.select import open_executor
from mapp.validate.checks.determinism import ELSEWHERE
from mapp.validate.gate import Starting, checks_for, examine, is_fatal
from mapp.validate.time_limit import SECONDS, SECONDS_AN_INPUT, TimeBudget, TimeLimitedExecutor
from mapp.validate.trial import INPUTS, SEED, FailedRun, GoodRun, OtherEngines, Resolve, Resolved, Trial

if TYPE_CHECKING:
    from mapp.index.embed import Embedder
    from mapp.observe.journal import Run

Watch = Callable[[Result], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """How an app is tested: how many inputs are drawn, and from which seed.

    `accept_engine_difference` says that a person accepts different results from other engines. `folder` is
    the app's folder if the app is not tested as it is in the library; suggested commands then name it.
    `starting` hears the id of each check before it runs.
    """

    inputs: int = INPUTS
    seed: int = SEED
    accept_engine_difference: bool = False
    folder: str | None = None
    starting: Starting | None = None


USUAL = Options()
MAX_RUNS: Final = 20
"""How many recorded good runs are repeated: ten expose 96 % of the wrong patches that can be exposed."""
MAX_READ_RUNS: Final = 500
"""How many of the newest runs are searched for good ones."""
MAX_RESOLVED: Final = 64
_RESOLVED: Final[dict[str, Resolved]] = {}
"""The routing scores of this process, by embedder and card."""


def examined(
    workspace: Workspace,
    files: Mapping[str, bytes],
    *,
    kind: GateKind | None = None,
    options: Options = USUAL,
    watch: Watch | None = None,
) -> tuple[App, Verdict]:
    """Reads an app from its files (path -> bytes) and returns it with the gate's verdict.

    If `main` has an app of that name, the new files are compared with it. `kind` defaults to `edit` in that
    case and to `add` otherwise. `watch` receives each result as soon as it is known.

    Raises:
        InvalidApp: the files are not a valid app.
    """
    app = read_app(files)
    base, base_files = _on_main(workspace, app.name)
    tree = tree_id(files)
    if base is not None and base.tree == tree:
        base = None  # `main` has this very tree: there is nothing to compare
    compared_with = None if base is None else (base, base_files)
    trial = trial_of(
        workspace,
        app,
        files,
        base=compared_with,
        kind=kind or ("add" if base is None else "edit"),
        options=options,
        runs=good_runs(workspace, base) if base is not None else (),
    )
    return app, judged(trial, tree, watch, starting=options.starting)


def trial_of(
    workspace: Workspace,
    app: App,
    files: Mapping[str, bytes],
    *,
    base: tuple[App, Mapping[str, bytes]] | None,
    kind: GateKind,
    options: Options = USUAL,
    runs: Sequence[GoodRun] = (),
    failed_runs: Sequence[FailedRun] = (),
    blind: bool = False,
) -> Trial:
    """Returns the trial of an app, with everything that its checks need from the library.

    Args:
        workspace: provides the sandbox, the embedder and the caches.
        app: the app under test.
        files: its whole tree (path -> bytes).
        base: the app to replace, with its tree; None for a new app.
        kind: selects the checks.
        options: how the app is tested.
        runs: recorded good runs of the base.
        failed_runs: recorded runs of the base that failed in the way that a heal is for.
        blind: the author of the code has not seen the held-back examples.

    Raises:
        SandboxUnavailable: it is a third-party app, and this machine isolates less than the settings require.
    """
    ensure_isolated(workspace, app.name, unpinned=False)
    budget = TimeBudget(SECONDS + SECONDS_AN_INPUT * options.inputs)

    def second_environment() -> Executor:
        found = open_executor(engine=workspace.config.engine, environment=ELSEWHERE)
        return TimeLimitedExecutor(found, budget)

    return Trial(
        app=app,
        files=files,
        executor=TimeLimitedExecutor(workspace.executor, budget),
        base=base[0] if base is not None else None,
        base_files=base[1] if base is not None else {},
        kind=kind,
        inputs=options.inputs,
        seed=options.seed,
        runs=runs,
        failed_runs=failed_runs,
        resolve=resolver(workspace),
        second_environment=second_environment,
        others=lambda: _others(workspace, budget),
        accept_engine_difference=options.accept_engine_difference,
        blind=blind,
        keep=workspace.home.trials,
        folder=options.folder,
    )


def _others(workspace: Workspace, budget: TimeBudget) -> OtherEngines:
    """Returns the other engines that may run an app here.

    With full isolation that is all of them, otherwise only those without public faults.
    """
    from mapp.sandbox.engine_faults import listed, public_faults

    executors: list[tuple[str, Executor]] = []
    left_out: list[str] = []
    for name, executor in workspace.other_executors.items():
        isolated = executor.isolation == "full"
        faults = () if isolated else public_faults(executor, name, workspace.config.cache)
        if faults:
            why = f"has public faults ({listed(faults)}), and this machine does not isolate fully"
            left_out.append(f"{executor.engine} {why}")
        else:
            executors.append((name, TimeLimitedExecutor(executor, budget)))
    return OtherEngines(executors=tuple(executors), left_out=tuple(left_out))


def good_runs(workspace: Workspace, base: App, *, refusals: bool = False) -> tuple[GoodRun, ...]:
    """Returns the newest successful runs of exactly this tree, at most one for each input.

    A run that belongs to an incident is not good, unless a person said that nothing is wrong. With
    `refusals`, runs that ended in a declared error count too.
    """
    found: dict[str, GoodRun] = {}
    with contextlib.suppress(IntegrityError):
        bad, confirmed = _bad_runs(workspace, base.name), _confirmed_runs(workspace)
        for run in workspace.journal.runs(app=base.name, most=MAX_READ_RUNS):
            refused = refusals and run.outcome.startswith("error:")
            good = refused or (run.outcome == "ok" and run.output)
            usable = run.tree == base.tree and good and run.input and run.id not in bad
            new = usable and run.input not in found and len(found) < MAX_RUNS
            if new and not _is_doubted(workspace, run):
                good_run = _good(run, workspace.journal.run(run.id)[1])
                found[str(run.input)] = replace(good_run, confirmed=run.id in confirmed)
    return tuple(found.values())


def failed_runs(workspace: Workspace, incident: str) -> tuple[FailedRun, ...]:
    """Returns the newest runs of an incident whose inputs were kept, at most one for each input."""
    from mapp.observe.incidents import Incidents

    found: dict[str, FailedRun] = {}
    for identity in Incidents(workspace.home.journal).runs(incident):
        with contextlib.suppress(NotFound, IntegrityError):
            if len(found) < MAX_RUNS:
                run = failed_run(workspace, identity)
                found.setdefault(canonical(run.arguments), run)
    return tuple(found.values())


def failed_run(workspace: Workspace, identity: str) -> FailedRun:
    """Returns a recorded run that failed, with what a person said is right for it.

    Raises:
        NotFound: there is no such run, or its input was not kept.
        IntegrityError: its recording is damaged.
    """
    from mapp.observe.corrections import Corrections

    run, calls = workspace.journal.run(identity)
    if run.input is None:
        raise NotFound(f"the input of run {run.id} was not kept")
    said = (row.expected for row in Corrections(workspace.home.journal).all(run=run.id))
    right = next(filter(None, said), "")
    arguments = json.loads(run.input)
    return FailedRun(
        run=run.id,
        arguments=arguments,
        now_ms=run.now_ms,
        seed=run.seed,
        exchanges=read_recording(calls) if calls is not None else (),
        right=Example.from_dict({"input": arguments, **json.loads(right)}) if right else None,
    )


def _is_doubted(workspace: Workspace, run: Run) -> bool:
    """Returns whether a run's answer breaks one of the app's own predicates."""
    notes = workspace.journal.notes([run.id]).get(run.id)
    return notes is not None and bool(notes.broken)


def _bad_runs(workspace: Workspace, app: str) -> frozenset[str]:
    from mapp.observe.incidents import Incidents

    incidents = Incidents(workspace.home.journal)
    wrong = (row for row in incidents.all(app) if row.state != "closed")
    return frozenset(run for row in wrong for run in incidents.runs(row.id))


def _confirmed_runs(workspace: Workspace) -> frozenset[str]:
    """Returns the runs about which a person's newest word is that they are right."""
    from mapp.observe.corrections import Corrections

    said: dict[str, str] = {}
    for row in Corrections(workspace.home.journal).all():
        said.setdefault(row.run, row.said)
    return frozenset(run for run, word in said.items() if word == "right")


def _good(run: Run, calls: str | None) -> GoodRun:
    return GoodRun(
        run=run.id,
        arguments=json.loads(run.input or "{}"),
        output=json.loads(run.output or "null"),
        now_ms=run.now_ms,
        seed=run.seed,
        exchanges=read_recording(calls) if calls is not None else (),
        error=run.outcome.removeprefix("error:") if run.outcome.startswith("error:") else None,
    )


def judged(
    trial: Trial,
    tree: str,
    watch: Watch | None = None,
    *,
    patient: bool = True,
    starting: Starting | None = None,
) -> Verdict:
    """Runs all checks of a trial and returns the verdict; `tree` is the id of the files under test.

    Unless `patient`, it stops after the first failed check. `starting` hears the id of each before it runs.
    """
    results = []
    for result in examine(trial, starting or (lambda check: None)):
        results.append(result)
        if watch is not None:
            watch(result)
        if not (patient or result.passed):
            break
    return Verdict(
        app=trial.app.name,
        version=str(trial.app.manifest.version),
        tree=tree,
        base=trial.base.tree if trial.base is not None else None,
        kind=trial.kind,
        mapp=distribution.version(),
        engine=trial.executor.engine,
        seed=trial.seed,
        inputs=trial.inputs,
        results=tuple(results),
    )


def is_proof(verdict: Verdict, kind: GateKind, *, base: str | None) -> bool:
    """Returns whether a recorded verdict is enough to land a change of this kind on this base.

    Anyone with write access to the repository can write a note, so one that leaves out checks does not count.
    """
    wanted = {check.id for check in checks_for(kind, compares=base is not None) if not check.later}
    whole = wanted <= {result.check for result in verdict.results}
    return verdict.passed and whole and (verdict.kind, verdict.base) == (kind, base)


def accepting_engines(verdict: Verdict) -> Verdict:
    """Returns the verdict with differences between engines accepted; its evidence says so."""
    results = (
        replace(result, status="passed", evidence=(*result.evidence, ("accepted", True)))
        if result.check == "engines" and not result.passed
        else result
        for result in verdict.results
    )
    return replace(verdict, results=tuple(results))


def refuse_failures(verdict: Verdict, *, force: bool, hint: str | None = None) -> None:
    """Raises InvalidApp when a check failed; `force` does not help a source that does not load.

    `hint` says what to do about it; by default it is for `mapp add`.
    """
    failed = [result for result in verdict.results if not result.passed]
    fatal = any(is_fatal(result.check) for result in failed)
    if [result.check for result in failed] == ["version"] and not force:
        raise _needs_version(verdict, failed[0], hint)
    if fatal or (failed and not force):
        problems = [row.problem for result in failed for row in result.problems]
        if hint is None:
            hint = "" if fatal else "fix it, or add it as it is with --force"
            if [result.check for result in failed] == ["engines"]:
                hint = "write it so that engines agree, or accept the difference: --accept-engine-difference"
        raise InvalidApp(f"{verdict.app} does not pass its checks", problems, hint=hint, code="MAPP-0810")


def _needs_version(verdict: Verdict, found: Result, hint: str | None) -> InvalidApp:
    least = dict(found.evidence).get("least")
    return InvalidApp(
        f"{verdict.app} needs another version",
        [row.problem for row in found.problems],
        hint=hint if hint is not None else f'set version = "{least}", or replace it as it is with --force',
        code="MAPP-0820",
    )


def resolver(workspace: Workspace) -> Resolve:
    """Returns a function that scores the routing of an app's requests; its first call loads the embedder.

    A contract and the code for it have the same score, so it is kept for as long as the process lives.
    """

    def resolved(app: App) -> Resolved:
        from mapp.ops.check.routing_score import resolve
        from mapp.ops.index.training_data import VECTORS

        key = f"{workspace.config.embedder} {json.dumps(app.card.to_dict())}"
        found = _RESOLVED.get(key)
        if found is None:
            embedder = _embedder(workspace.config.embedder)
            found = resolve(app.card, embedder, workspace.config.cache / VECTORS)
            while len(_RESOLVED) >= MAX_RESOLVED:
                _RESOLVED.pop(next(iter(_RESOLVED)), None)
            _RESOLVED[key] = found
        return found

    return resolved


@cache
def _embedder(name: str) -> Embedder:
    from mapp.index.embedders import choose_embedder

    return choose_embedder(name)


def _on_main(workspace: Workspace, name: str) -> tuple[App | None, dict[str, bytes]]:
    """Returns the app on `main` with its files; (None, {}) if there is none or it cannot be read."""
    try:
        found = read.snapshot(workspace.home, name, only=None)
        return read_app(found.files, commit=found.commit, tree=found.tree), found.files
    except (NotFound, InvalidApp):
        return None, {}


def report(verdict: Verdict) -> dict[str, Any]:
    """Returns the part of a verdict that `test --json` and `add --json` print."""
    document = verdict.to_dict() | question_report(verdict)
    names = (
        "app",
        "version",
        "tree",
        "kind",
        "passed",
        "mutation_score",
        *question_report(verdict),
        "checks",
    )
    return {name: document[name] for name in names}
