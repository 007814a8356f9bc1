"""Makes the recordings that an app's tests need: from a run of the app, or by changing a recorded answer.

Nothing is written before a person has seen it: `record_run` and `record_change` return what would be kept,
and `keep` writes it. What an app stores while it is recorded is discarded.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from mapp.errors import InvalidArguments, MappError, NotFound, PermissionNeeded, UsageError
from mapp.library.app_folder import read_folder
from mapp.model.app import App, Example, read_app
from mapp.model.arguments import with_defaults
from mapp.model.capabilities import QUIET
from mapp.model.outcome import Declared, Failed, Outcome, Value, outcome_to_dict
from mapp.model.recording import Exchange, Recording
from mapp.model.values import JSONValue, canonical, same
from mapp.observe.journal import new_id
from mapp.ops.check.many import folder_of
from mapp.ops.manage.checkout import checkout
from mapp.ops.run.host_calls import RunBroker
from mapp.ops.run.permissions import Permit, ensure_isolated, granted
from mapp.ops.run.save_recording import Kept, recording_text, write_test
from mapp.ops.workspace import Workspace
from mapp.sandbox.app_job import job_for, judge
from mapp.sandbox.executors.recorded import RecordedBroker, Stand
from mapp.suggested_commands import suggested_command
from mapp.validate.generate.answers import ChangedAnswer, changed_answers
from mapp.validate.trial import NOW, SEED, describe

MAX_NAMES: Final = 40
_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9._-]+")


class NotRepeatable(MappError):
    """The recorded run ends in another way when it is repeated, so it cannot be a test."""

    code = "MAPP-0850"
    exit_code = 8


class AppFailed(MappError):
    """The app failed, so there is no outcome that a test could expect."""

    code = "MAPP-0851"
    exit_code = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """The app to record: what the person named, its folder, and whether that is a checkout of the library."""

    what: str
    folder: Path
    app: App
    installed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """A recording and an example that would be kept; `recording` is None if the run made no host calls."""

    target: Target
    recording: Recording | None
    row: tuple[tuple[str, JSONValue], ...]
    outcome: Outcome

    @property
    def text(self) -> str:
        """Returns the content of the recording's file, "" if there is none."""
        return "" if self.recording is None else recording_text(self.recording)

    def to_dict(self) -> dict[str, Any]:
        """Returns the recording as `record --json` prints it."""
        return {
            "app": self.target.app.name,
            "folder": str(self.target.folder),
            "recording": None if self.recording is None else self.recording.to_dict(),
            "example": dict(self.row),
            "outcome": {"output": None, **outcome_to_dict(self.outcome)},
        }


def target_of(workspace: Workspace, what: str) -> Target:
    """Returns the app in a folder, or an app of the library in its checkout, which is created if needed.

    Raises:
        NotFound: there is no such app or folder.
        InvalidApp: the folder contains no valid app.
        UsageError: the app declares no capability, so there is nothing to record.
    """
    folder = Path(what) if folder_of(what) is not None else checkout(workspace, what).folder
    app = read_app(read_folder(folder)[0])
    if not app.manifest.capabilities.names:
        raise UsageError(
            f"{app.name} declares no capability, so its runs have nothing to record",
            hint="write an example into tests/examples.jsonl instead",
        )
    return Target(what=what, folder=folder, app=app, installed=folder_of(what) is None)


def record_run(
    workspace: Workspace,
    target: Target,
    arguments: Mapping[str, JSONValue],
    *,
    grants: Collection[str] = (),
    permit: Permit | None = None,
    name: str | None = None,
    error: str | None = None,
) -> Recorded:
    """Runs an app, with the network if that is granted, and returns what would be kept of the run.

    `error` is the declared error that the example shall expect, whatever the app does now.

    Raises:
        PermissionNeeded: the app declares a capability that is not granted. It was not started.
        KeyNeeded: a secret that it needs is missing. It was not started.
        InvalidArguments: the arguments do not match the manifest. The app was not started.
        UsageError: the arguments contain one of the person's keys, or the error is not declared.
        AppFailed: the app failed, and no `error` says what it should do.
        NotRepeatable: the run ends in another way when it is repeated from the recording.
    """
    app = target.app
    filled = with_defaults(app.manifest, dict(arguments))
    _ensure_without_keys(workspace, canonical(dict(arguments)))
    ensure_isolated(workspace, app.name, unpinned=target.installed)
    allowed = _allowed(workspace, target, grants, permit)
    now, seed = int(workspace.clock() * 1000), workspace.seed()
    broker = RunBroker(workspace, app, allowed, run=new_id())
    try:
        outcome = judge(
            app.manifest, workspace.executor.run(job_for(app, filled, now_ms=now, seed=seed), broker)
        )
    finally:
        broker.finish(good=False)
    exchanges = _without_keys(workspace, broker.exchanges)
    recording = Recording(
        name=name or _free_name(target, "recorded"), exchanges=exchanges, now=now, seed=seed
    )
    again = _replayed(workspace, app, filled, recording)
    if not _is_alike(outcome, again):
        raise NotRepeatable(
            f"{app.name} ended in {describe(outcome)}, and in {describe(again)} when the run was repeated",
            hint="an app must use host.now() and host.random(); an answer that contains a key is not kept",
        )
    return _recorded(target, recording, arguments, outcome, error)


def record_change(
    workspace: Workspace,
    target: Target,
    arguments: Mapping[str, JSONValue] | None,
    change: str,
    *,
    name: str | None = None,
    error: str | None = None,
) -> Recorded:
    """Changes one answer of a recorded example, runs the app on it offline, and returns what would be kept.

    `arguments` choose the example; by default it is the first one with a recording and an output.

    Raises:
        NotFound: there is no such example.
        UsageError: the recording has no answer to change in this way, or the error is not declared.
        AppFailed: the app failed, and no `error` says what it should do.
    """
    example, recording = _example_for(target, arguments)
    found = list(changed_answers(recording))
    chosen = next((row for row in found if row.name == change), None)
    if chosen is None:
        raise UsageError(
            f"{change!r} is not a change of the recording {recording.name}", hint=_names_of(found)
        )
    label = name or _free_name(target, f"{recording.name}-{change}", alone=True)
    changed = replace(chosen.applied(recording), name=label)
    filled = with_defaults(target.app.manifest, dict(example.input))
    changed = replace(
        changed,
        now=changed.now if example.now is None else example.now,
        seed=changed.seed if example.seed is None else example.seed,
    )
    outcome = _replayed(workspace, target.app, filled, changed)
    return _recorded(target, changed, dict(example.input), outcome, error)


def keep(recorded: Recorded) -> Kept:
    """Writes a recording and its example into the app's folder.

    Raises:
        UsageError: the recording is too large, or its name is invalid.
        AlreadyExists: there is a recording of that name.
    """
    return write_test(recorded.target.folder, recorded.recording, dict(recorded.row))


def _allowed(
    workspace: Workspace, target: Target, grants: Collection[str], permit: Permit | None
) -> frozenset[str]:
    """Returns what the app may use while it is recorded. What is granted here holds for this run only."""
    name, declared = target.app.name, target.app.manifest.capabilities.names
    for capability in grants:
        if capability not in declared:
            raise UsageError(f"{name} does not declare {capability!r}")
    have = {*grants} | ({*granted(workspace.home, name)} if target.installed else {*QUIET})
    missing = tuple(capability for capability in declared if capability not in have)
    if missing and (permit is None or not permit(name, missing)):
        words = [word for capability in missing for word in ("--grant", capability)]
        raise PermissionNeeded(
            f"{name} may not use {', '.join(missing)} yet",
            hint=suggested_command("record", target.what, *words),
        )
    return frozenset({*have, *missing} & {*declared})


def _recorded(
    target: Target,
    recording: Recording,
    arguments: Mapping[str, JSONValue],
    outcome: Outcome,
    error: str | None,
) -> Recorded:
    declared = target.app.manifest.error_codes
    if error is not None and error not in declared:
        known = ", ".join(sorted(declared)) or "none"
        raise UsageError(
            f"{target.app.name} does not declare the error {error!r}", hint=f"it declares: {known}"
        )
    row: dict[str, JSONValue] = {"input": dict(arguments)}
    match outcome:
        case _ if error is not None:
            row["error"] = error
        case Value(output=output):
            row["output"] = output
        case Declared(error=code):
            row["error"] = code
        case Failed():
            raise AppFailed(
                f"{target.app.name} ends in {describe(outcome)}; nothing was kept",
                hint="fix main.js, or say which declared error the example shall expect: --error CODE",
            )
    calls = bool(recording.exchanges)
    capabilities = target.app.manifest.capabilities
    if calls:
        row["recording"] = recording.name
    else:
        row |= {"now": recording.now} if capabilities.clock else {}
        row |= {"seed": recording.seed} if capabilities.random else {}
    return Recorded(
        target=target, recording=recording if calls else None, row=tuple(row.items()), outcome=outcome
    )


def _example_for(target: Target, arguments: Mapping[str, JSONValue] | None) -> tuple[Example, Recording]:
    app = target.app
    recordings = {recording.name: recording for recording in app.recordings}
    rows = [row for row in app.examples if row.recording is not None and row.error is None]
    if arguments:
        wanted = canonical(with_defaults(app.manifest, dict(arguments)))
        rows = [row for row in rows if _filled(app, row) == wanted]
    if not rows:
        raise NotFound(
            f"{app.name} has no example with a recording and an output"
            + (" for that input" if arguments else ""),
            hint=f"record one first: {suggested_command('record', target.what)}",
        )
    return rows[0], recordings[str(rows[0].recording)]


def _filled(app: App, row: Example) -> str:
    try:
        return canonical(with_defaults(app.manifest, dict(row.input)))
    except InvalidArguments:
        return ""


def _replayed(
    workspace: Workspace, app: App, filled: Mapping[str, JSONValue], recording: Recording
) -> Outcome:
    now = NOW if recording.now is None else recording.now
    seed = SEED if recording.seed is None else recording.seed
    job = job_for(app, filled, now_ms=now, seed=seed)
    broker = RecordedBroker(recording.exchanges, otherwise=Stand())
    return judge(app.manifest, workspace.executor.run(job, broker))


def _is_alike(one: Outcome, other: Outcome) -> bool:
    match one, other:
        case Value(output=before), Value(output=after):
            return same(before, after)
        case Declared(error=before), Declared(error=after):
            return before == after
    return isinstance(one, Failed) and isinstance(other, Failed)


def _ensure_without_keys(workspace: Workspace, text: str) -> None:
    if workspace.redact(text) != text:
        raise UsageError(
            "the arguments contain one of your keys; nothing was run",
            hint="a key belongs into the manifest: [capabilities] http secret",
        )


def _without_keys(workspace: Workspace, exchanges: Collection[Exchange]) -> tuple[Exchange, ...]:
    """Returns host calls without any of the person's keys; the broker replaces only those of this app."""
    redact = workspace.redact
    return tuple(
        replace(row, arguments=redact(row.arguments), answer=redact(row.answer), message=redact(row.message))
        for row in exchanges
    )


def _free_name(target: Target, wanted: str, *, alone: bool = False) -> str:
    """Returns a name for a recording that no file has yet, with a number unless it may stand `alone`."""
    taken = {recording.name for recording in target.app.recordings}
    stem = _NOT_IN_NAMES.sub("-", wanted).strip("-.")[:80]
    names = [stem] if alone else []
    return next(name for name in [*names, *(f"{stem}-{at}" for at in range(1, 1000))] if name not in taken)


def _names_of(found: Collection[ChangedAnswer]) -> str:
    names = list(dict.fromkeys(row.name for row in found))
    more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
    return (
        f"it has: {', '.join(names[:MAX_NAMES])}{more}" if names else "it has no answer that can be changed"
    )
