"""Changes that wait for a person: shown, merged, dropped."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mapp.errors import InvalidApp, NotFound
from mapp.library import read
from mapp.library.landing import Committed
from mapp.model.app import SOURCE, read_app
from mapp.model.change import Change
from mapp.model.interface import compare
from mapp.model.spend import ModelCall, Spend
from mapp.model.verdict import Verdict
from mapp.observe.changes import Changes
from mapp.ops.check.gate import accepting_engines, is_proof
from mapp.ops.compile.change_sources import base_tree, drop_change, files_of_change, merge_change, proof_of
from mapp.ops.compile.lifecycle import edit_change
from mapp.ops.compile.open_coder import open_ledger
from mapp.ops.workspace import Workspace


@dataclass(frozen=True, kw_only=True, slots=True)
class Reviewed:
    """A change as a reviewer sees it: `interface` in words, `difference` as a unified diff, line by line."""

    change: Change
    interface: tuple[str, ...]
    difference: tuple[str, ...]
    verdict: Verdict | None
    spend: Spend
    calls: tuple[ModelCall, ...]
    before: Mapping[str, bytes]
    after: Mapping[str, bytes]

    def to_dict(self) -> dict[str, Any]:
        """Returns it as `review --json` prints it."""
        return {
            "change": self.change.to_dict(),
            "interface": list(self.interface),
            "difference": list(self.difference),
            "verdict": self.verdict.to_dict() if self.verdict else None,
            "spend": self.spend.to_dict(),
            "calls": [call.to_dict() for call in self.calls],
        }


def waiting(workspace: Workspace) -> list[Change]:
    """Returns the changes that wait for something, the newest first."""
    return Changes(workspace.home.journal).waiting()


def review(workspace: Workspace, identity: str) -> Reviewed:
    """Returns a change with what it would change; raises NotFound when there is none of that id."""
    change = Changes(workspace.home.journal).get(identity)
    new = _written(workspace, change)
    old = _standing(workspace, change)
    ledger = open_ledger(workspace)
    return Reviewed(
        change=change,
        interface=tuple(_interface(old, new)),
        difference=tuple(_difference(old, new)),
        verdict=proof_of(workspace, change) if new else None,
        spend=ledger.sums(change.id).change.spend,
        calls=tuple(ledger.calls(change.id)),
        before=old,
        after=new,
    )


def approve_change(
    workspace: Workspace, identity: str, *, accept_engine_difference: bool = False
) -> Committed:
    """Returns what was committed on `main` by merging a change.

    `accept_engine_difference` merges one of which another engine makes something else; the verdict says so.

    Raises:
        NotFound: there is no such change, or it has written nothing.
        InvalidApp: it is not proven.
        StaleBase: `main` moved since it began.
    """
    change = Changes(workspace.home.journal).get(identity)
    verdict = proof_of(workspace, change)
    if verdict is not None and accept_engine_difference:
        verdict = accepting_engines(verdict)
    if verdict is None or not is_proof(verdict, change.kind, base=base_tree(workspace, change)):
        raise InvalidApp(
            f"{change.branch} is not proven",
            hint=f"mapp review {change.id} shows why; mapp compile --resume {change.id} goes on",
            code="MAPP-0830",
        )
    return merge_change(workspace, change, verdict)


def edited(workspace: Workspace, identity: str, path: str, content: bytes) -> tuple[Change, Verdict]:
    """Returns a change with another content of one of its files, and what the gate says of it.

    Raises:
        NotFound: there is no such change, or it has written nothing.
        InvalidApp: that is no app any more; nothing is kept.
    """
    change = Changes(workspace.home.journal).get(identity)
    if change.ended:
        raise NotFound(f"the change {change.id} was {change.state}", hint="mapp review lists what waits")
    return edit_change(workspace, change, {**files_of_change(workspace, change), path: content})


def reject_change(workspace: Workspace, identity: str) -> Change:
    """Returns a change that was taken away; raises NotFound when there is none of that id."""
    change = Changes(workspace.home.journal).get(identity)
    drop_change(workspace, change)
    return change


def _written(workspace: Workspace, change: Change) -> dict[str, bytes]:
    try:
        return files_of_change(workspace, change)
    except NotFound:
        return {}


def _standing(workspace: Workspace, change: Change) -> dict[str, bytes]:
    if change.kind == "compile":
        return {}
    return read.snapshot(workspace.home, change.app, only=None).files


def _interface(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Iterator[str]:
    if old and new:
        for row in compare(_manifest(old), _manifest(new)).differences:
            yield f"{row.level.name.lower()}: {row.path} {row.message}"


def _manifest(files: Mapping[str, bytes]) -> Any:
    return read_app({SOURCE: b"function main() {}", **files}).manifest


def _difference(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Iterator[str]:
    for path in sorted({*old, *new}):
        before = old.get(path, b"").decode("utf-8", "replace").splitlines()
        after = new.get(path, b"").decode("utf-8", "replace").splitlines()
        if new:
            yield from difflib.unified_diff(before, after, f"a/{path}", f"b/{path}", lineterm="")
