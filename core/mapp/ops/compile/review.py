"""Changes that wait for review: show, merge, edit or drop them."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mapp.errors import InvalidApp, NotFound
from mapp.library.landing import Committed
from mapp.library.rejections import reject
from mapp.model.app import EXAMPLES, REGRESSIONS, SOURCE, Example, read_app
from mapp.model.change import Change
from mapp.model.change_spec import HealSpec
from mapp.model.incident import Incident
from mapp.model.interface import compare
from mapp.model.spend import ModelCall, Spend
from mapp.model.values import canonical
from mapp.model.verdict import Verdict, question_report
from mapp.observe.changes import Changes
from mapp.observe.incidents import Incidents
from mapp.ops.check.answers import with_examples
from mapp.ops.check.gate import accepting_engines, is_proof
from mapp.ops.compile.change_sources import (
    drop_change,
    files_of_change,
    merge_change,
    source_of,
    verdict_of_change,
)
from mapp.ops.compile.lifecycle import edit_change
from mapp.ops.compile.open_coder import open_ledger
from mapp.ops.workspace import Workspace


@dataclass(frozen=True, kw_only=True, slots=True)
class Reviewed:
    """A change under review.

    `interface` lists the interface changes in words, `difference` the lines of a unified diff. `before` and
    `after` are the files (path -> bytes). A heal has an `incident`, if the journal knows it, and named texts
    as `evidence`: the input of the failing run and its outcome.
    """

    change: Change
    interface: tuple[str, ...]
    difference: tuple[str, ...]
    verdict: Verdict | None
    spend: Spend
    calls: tuple[ModelCall, ...]
    before: Mapping[str, bytes]
    after: Mapping[str, bytes]
    incident: Incident | None = None
    evidence: tuple[tuple[str, str], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Returns the change as `review --json` prints it."""
        return {
            "change": self.change.to_dict(),
            "incident": self.incident.to_dict() if self.incident else None,
            "evidence": dict(self.evidence),
            "interface": list(self.interface),
            "difference": list(self.difference),
            "verdict": self.verdict.to_dict() if self.verdict else None,
            **question_report(self.verdict),
            "opinions": [row.to_dict() for row in self.change.spec.opinions],
            "spend": self.spend.to_dict(),
            "calls": [call.to_dict() for call in self.calls],
        }


def waiting(workspace: Workspace) -> list[Change]:
    """Returns the open changes, newest first."""
    return Changes(workspace.home.journal).waiting()


def review(workspace: Workspace, identity: str) -> Reviewed:
    """Returns a change with its diff, verdict and cost; raises NotFound when there is no such change."""
    change = Changes(workspace.home.journal).get(identity)
    new = _written(workspace, change)
    old = source_of(workspace, change).current_files()
    verdict = verdict_of_change(workspace, change) if new else None
    return reviewed(workspace, change, old, new, verdict, _incident(workspace, change))


def reviewed(
    workspace: Workspace,
    change: Change,
    before: Mapping[str, bytes],
    after: Mapping[str, bytes],
    verdict: Verdict | None,
    incident: Incident | None,
) -> Reviewed:
    """Returns a change, open or merged, as it goes from some files to others (path -> bytes)."""
    ledger = open_ledger(workspace)
    return Reviewed(
        change=change,
        interface=tuple(_interface(before, after)),
        difference=tuple(difference(before, after)),
        verdict=verdict,
        spend=ledger.sums(change.id).change.spend,
        calls=tuple(ledger.calls(change.id)),
        before=before,
        after=after,
        incident=incident,
        evidence=tuple(_evidence(workspace, change, incident)),
    )


def approve_change(
    workspace: Workspace, identity: str, *, accept_engine_difference: bool = False
) -> Committed:
    """Merges a change into `main`.

    With `accept_engine_difference`, it is merged although another engine returns something else; the verdict
    records that.

    Raises:
        NotFound: there is no such change, or nothing was written.
        InvalidApp: the change is not proven.
        StaleBase: `main` moved since the change began.
    """
    change = Changes(workspace.home.journal).get(identity)
    verdict = verdict_of_change(workspace, change)
    if verdict is not None and accept_engine_difference:
        verdict = accepting_engines(verdict)
    if verdict is None or not is_proof(verdict, change.kind, base=source_of(workspace, change).base_tree()):
        raise InvalidApp(
            f"{change.branch} is not proven",
            hint=f"mapp review {change.id} shows why; mapp compile --resume {change.id} resumes it",
            code="MAPP-0830",
        )
    return merge_change(workspace, change, verdict)


def edited(workspace: Workspace, identity: str, path: str, content: bytes) -> tuple[Change, Verdict]:
    """Replaces one file of a change; returns the change and the gate's verdict.

    Raises:
        NotFound: there is no such change, it has ended, or nothing was written.
        UsageError: the file contains a stored key; nothing is committed.
        InvalidApp: the result is not a valid app; nothing is committed.
    """
    change = Changes(workspace.home.journal).get(identity)
    if change.ended:
        raise NotFound(f"the change {change.id} was {change.state}", hint="mapp review lists open changes")
    return edit_change(workspace, change, {**files_of_change(workspace, change), path: content})


def answer_change(workspace: Workspace, identity: str, examples: Sequence[Example]) -> tuple[Change, Verdict]:
    """Adds a person's answers to the examples of a change; returns the change and the gate's verdict.

    A heal may not touch the examples, so its answers become regressions.

    Raises the same errors as `edited`.
    """
    change = Changes(workspace.home.journal).get(identity)
    path = REGRESSIONS if change.kind == "heal" else EXAMPLES
    files = with_examples(files_of_change(workspace, change), examples, path)
    return edited(workspace, identity, path, files[path])


def reject_change(workspace: Workspace, identity: str) -> Change:
    """Drops a change and returns it; raises NotFound when there is no such change.

    The patch of a heal is not proposed again for the same failure.
    """
    change = Changes(workspace.home.journal).get(identity)
    if isinstance(change.spec, HealSpec) and change.commit and source_of(workspace, change).exists():
        reject(workspace.home, change.app, change.spec.fingerprint, change.commit, tell=workspace.tell)
    drop_change(workspace, change)
    return change


def _written(workspace: Workspace, change: Change) -> dict[str, bytes]:
    try:
        return files_of_change(workspace, change)
    except NotFound:
        return {}


def _incident(workspace: Workspace, change: Change) -> Incident | None:
    """Returns the incident that a change is for, as the trailers of its branch name it."""
    try:
        repository, commit = source_of(workspace, change).newest()
        return Incidents(workspace.home.journal).get(
            repository.info(commit).trailers.get("Mapp-Incident", "")
        )
    except NotFound:
        return None


def _evidence(workspace: Workspace, change: Change, incident: Incident | None) -> Iterator[tuple[str, str]]:
    """Yields the newest failing run's input and outcome, the failing case, and what the coder knew."""
    if incident is not None:
        with contextlib.suppress(NotFound):
            run, _ = workspace.journal.run(incident.run)
            if run.input is not None:
                yield "input", run.input
            yield "outcome", " ".join(filter(None, (run.outcome, run.output, run.detail)))
    if isinstance(change.spec, HealSpec):
        yield f"failing case, right by {change.spec.truth}", canonical(change.spec.case.to_dict())
        yield from change.spec.evidence


def _interface(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Iterator[str]:
    if old and new:
        for row in compare(_manifest(old), _manifest(new)).differences:
            yield f"{row.level.name.lower()}: {row.path} {row.message}"


def _manifest(files: Mapping[str, bytes]) -> Any:
    return read_app({SOURCE: b"function main() {}", **files}).manifest


def difference(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Iterator[str]:
    """Yields the lines of a unified diff between two trees (path -> bytes); none if the new one is empty."""
    for path in sorted({*old, *new}):
        before = old.get(path, b"").decode("utf-8", "replace").splitlines()
        after = new.get(path, b"").decode("utf-8", "replace").splitlines()
        if new:
            yield from difflib.unified_diff(before, after, f"a/{path}", f"b/{path}", lineterm="")
