"""Keeps the input that a reverted heal got wrong: it becomes a test of the app, in a landing of its own."""

from __future__ import annotations

import json

from mapp.errors import MappError, NotFound, StaleBase
from mapp.git.commit import Commit
from mapp.library import read
from mapp.library.commit_app import message, put
from mapp.library.landing import Committed, Proposal
from mapp.model.app import MANIFEST, REGRESSIONS, App, Example, read_app
from mapp.model.outcome import Declared, Failed, Value
from mapp.model.recording import Recording
from mapp.model.values import canonical
from mapp.model.version import Level
from mapp.ops.check.gate import USUAL, Options, examined
from mapp.ops.manage.bump import with_version
from mapp.ops.run.replay import RecordedRun, recorded_run, repeat
from mapp.ops.workspace import Workspace
from mapp.sandbox.executors.recorded import same_calls
from mapp.validate.checks.changes import changes_between
from mapp.validate.checks.examples import numbered

TRAILER = "Mapp-Counterexample"


def keep_counterexample(workspace: Workspace, name: str, *, options: Options = USUAL) -> Committed | None:
    """Adds the counterexample of a heal that was just reverted to the app's tests, if its code passes it.

    Nothing happens unless the newest commit of `main` is such a revert, so it can be called at any time.
    The gate judges the result as any edit. Returns what landed, None if nothing did.

    Raises:
        NotFound: there is no such app.
    """
    newest = next(read.landings(workspace.home, name), None)
    run = "" if newest is None else newest.trailers.get(TRAILER, "")
    if newest is None or "Mapp-Reverts" not in newest.trailers or not run or run.startswith("tests/"):
        return None
    found = read.snapshot(workspace.home, name, newest.id, only=None)
    app = read_app(found.files, commit=found.commit, tree=found.tree)
    try:
        recorded = recorded_run(workspace, run)
    except NotFound:
        return None  # forgotten, or its input was not kept
    row = _row(workspace, app, recorded)
    if row is None or canonical(dict(row.input)) in {canonical(dict(one.input)) for _, one in numbered(app)}:
        return None
    files = _with_row(workspace, app, found.files, row, recorded)
    changed, verdict = examined(workspace, files, kind="edit", options=options)
    if not verdict.passed:
        workspace.tell(f"the case of the reverted heal of {name} was not added: the gate refuses it")
        return None
    return _landed(
        workspace,
        newest,
        Proposal(
            app=changed,
            files=files,
            text=_text(changed, newest, run),
            signature=workspace.signature(),
            verdict=verdict,
        ),
    )


def _row(workspace: Workspace, app: App, recorded: RecordedRun) -> Example | None:
    """Returns the test: what the app's code gives for the input, if it gives the same answer twice."""
    first, made = repeat(workspace, app, recorded, recorded.arguments)
    again, _ = repeat(workspace, app, recorded, recorded.arguments)
    if isinstance(first, Failed) or changes_between(first, again):
        return None
    if not same_calls(recorded.exchanges[: len(made)], made):
        return None
    depends = app.manifest.capabilities.clock or app.manifest.capabilities.random
    return Example(
        input=tuple(recorded.arguments.items()),
        now=recorded.run.now_ms if depends else None,
        seed=recorded.run.seed if depends else None,
        recording=_recording_name(recorded) if made else None,
        output=first.output if isinstance(first, Value) else None,
        error=first.error if isinstance(first, Declared) else None,
    )


def _recording_name(recorded: RecordedRun) -> str:
    return f"reverted-{recorded.run.id}"


def _with_row(
    workspace: Workspace, app: App, files: dict[str, bytes], row: Example, recorded: RecordedRun
) -> dict[str, bytes]:
    """Returns the files with the test, its recording, and the lowest patch version that is free."""
    taken = read.released(workspace.home, app.name)
    version = max([app.manifest.version, *taken]).bumped(Level.PATCH)
    before = files.get(REGRESSIONS, b"")
    gap = b"" if not before or before.endswith(b"\n") else b"\n"
    more = {
        MANIFEST: with_version(files[MANIFEST].decode("utf-8"), version).encode("utf-8"),
        REGRESSIONS: before + gap + json.dumps(row.to_dict(), ensure_ascii=False).encode() + b"\n",
    }
    if row.recording is not None:
        recording = Recording(name=row.recording, exchanges=recorded.exchanges)
        text = json.dumps(recording.to_dict(), ensure_ascii=False, indent=1) + "\n"
        more[f"tests/recordings/{row.recording}.json"] = text.encode()
    return {**files, **more}


def _text(app: App, revert: Commit, run: str) -> str:
    trailers = {
        "Mapp-Operation": "counterexample",
        "Mapp-Incident": revert.trailers.get("Mapp-Incident", ""),
        "Mapp-Reason": f"the heal in {revert.trailers['Mapp-Reverts'][:10]} got it wrong in run {run}",
        "Mapp-Verdict": "passed",
    }
    return message(f"{app.name}: {app.manifest.version}, with the case that a heal got wrong", trailers)


def _landed(workspace: Workspace, revert: Commit, proposal: Proposal) -> Committed | None:
    def check(current: App) -> None:
        if current.commit != revert.id:
            raise StaleBase(f"main of {current.name} has moved in the meantime")

    try:
        committed = put(workspace.home, proposal, check=check, tell=workspace.tell)
    except StaleBase:
        return None
    except MappError as error:
        workspace.tell(f"the case of the reverted heal of {proposal.app.name} was not added: {error.message}")
        return None
    return committed if committed.changed else None
