"""Proposes what this library changed in an installed app to its author, with the evidence.

Each change becomes one commit on top of the release, with its tests and its code together, so that the
author's `mapp ci` compares it with the release and re-derives the verdict. The text that goes with it is what
`mapp review --markdown` prints.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from mapp.errors import InvalidApp, MappError, NotFound, UsageError
from mapp.git.branches import branch_tip, branches
from mapp.git.identity import tree_id
from mapp.git.repository import Repository
from mapp.git.tree import read_snapshot
from mapp.library import read
from mapp.library.commit_app import message
from mapp.library.landing import base_release
from mapp.library.lockfile import LockEntry
from mapp.library.verdicts import read_verdict
from mapp.model.app import read_app
from mapp.model.change import Change
from mapp.model.change_spec import CompileSpec
from mapp.model.incident import Incident
from mapp.model.question_text import plain_markdown
from mapp.model.verdict import Verdict
from mapp.observe.changes import Changes
from mapp.observe.incidents import Incidents
from mapp.ops.check.gate import is_proof
from mapp.ops.compile.lifecycle import refuse_secrets
from mapp.ops.compile.review import difference, reviewed
from mapp.ops.compile.review_markdown import MAX_BODY, fenced, review_markdown, verdict_markdown
from mapp.ops.share.local_changes import LocalChange, local_changes
from mapp.ops.share.open_request import can_open, fork_repository
from mapp.ops.share.upstream import Confirm, Sending, Target, installed, looked_up, place_of, send
from mapp.ops.workspace import Workspace
from mapp.share.errors import RemoteFailed
from mapp.share.remote import Access
from mapp.suggested_commands import suggested_command

UNPROVEN: Final = "MAPP-0830"
DENIED: Final = "MAPP-0573"
PAUSES: Final = (1.0, 2.0, 4.0, 8.0)
"""Seconds between the attempts to push to a new fork."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposed:
    """The result: what is proposed, and whether it was pushed now; `dry_run` if nothing was."""

    sending: Sending
    version: str
    changed: bool
    dry_run: bool

    def to_dict(self) -> dict[str, Any]:
        """Returns the result as `propose --json` prints it."""
        row = self.sending
        return {
            "schema": 1,
            "app": row.app,
            "version": self.version,
            "base": row.base,
            "commit": row.commit,
            "author": row.place.author,
            "remote": row.place.remote,
            "branch": row.branch,
            "title": row.title,
            "body": row.body,
            "changed": self.changed,
            "dry_run": self.dry_run,
        }


def propose(
    workspace: Workspace,
    what: str,
    target: Target,
    *,
    dry_run: bool = False,
    confirm: Confirm | None = None,
) -> Proposed:
    """Pushes the changes of an app, or one change, to the author's repository or a fork of it.

    Args:
        workspace: the library.
        what: an app, or a change by its id or branch.
        target: where to push, if not to the author's repository.
        dry_run: push nothing.
        confirm: is asked once, with all that would be sent; a no ends it like a dry run.

    Raises:
        NotFound: there is no such app or change, or nothing to propose.
        UsageError: the app is the person's own, or several changes wait; or a key would be sent.
        InvalidApp: a change has no passing verdict.
        AlreadyExists: the remote has another branch of that name.
        RemoteFailed, RemoteRefused: see `mapp.share.remote.push`. If the author's repository is on GitHub and
            denies access, the branch goes to a fork instead, for which `confirm` is asked again.
    """
    name, entry, change = _meant(workspace, what)
    repository = read.open_repository(workspace.home, name)
    base, steps = _steps(workspace, repository, entry, change)
    verdicts = [_proof(repository, step) for step in steps]
    refuse_secrets(workspace, _changed_texts(steps))
    place = place_of(workspace, entry, target)
    version = read_app(steps[-1].after, strict=False).manifest.version
    sending = Sending(
        app=name,
        branch=place.refs.branch(_branch(steps[-1])),
        base=base,
        commit=_commits(workspace, repository, base, steps),
        title=f"{name} {version}: {', '.join(dict.fromkeys(step.kind for step in steps))}",
        body=_body(workspace, steps, verdicts),
        place=place,
    )
    sending = looked_up(repository, sending)
    done = Proposed(sending=sending, version=str(version), changed=False, dry_run=dry_run)
    if dry_run or (confirm is not None and not sending.is_there and not confirm(sending)):
        return replace(done, dry_run=True)
    try:
        return replace(done, changed=send(workspace, sending, target))
    except RemoteFailed as error:
        forked = None
        if error.code == DENIED and not target.to and can_open(place.author):
            forked = _sent_to_fork(workspace, repository, done, target, confirm)
        if forked is None:
            raise
        return forked


def _sent_to_fork(
    workspace: Workspace,
    repository: Repository,
    done: Proposed,
    target: Target,
    confirm: Confirm | None,
) -> Proposed | None:
    """Pushes to the person's fork on GitHub, which is made if there is none; None if `gh` cannot make it."""
    sending = done.sending
    author = sending.place.author
    workspace.tell(f"you may not push to {author}")
    asked = replace(sending, place=replace(sending.place, remote=f"your own fork of {author}"))
    if confirm is not None and not confirm(asked):
        return replace(done, dry_run=True)
    fork = fork_repository(author, tell=workspace.tell)
    if not fork:
        return None
    place = replace(sending.place, remote=fork, access=Access())

    def pushed() -> Proposed:
        there = looked_up(repository, replace(sending, place=place, old=None))
        return replace(done, sending=there, changed=send(workspace, there, replace(target, to=fork)))

    for pause in PAUSES:  # GitHub makes a fork in the background
        with contextlib.suppress(RemoteFailed):
            return pushed()
        workspace.sleep(pause)
    return pushed()


def _meant(workspace: Workspace, what: str) -> tuple[str, LockEntry, Change | None]:
    """Returns the app that is meant, its lock entry, and the change if one is meant."""
    if what in read.names(workspace.home):
        return what, installed(workspace, what), None
    try:
        change = Changes(workspace.home.journal).get(what)
    except NotFound as error:
        raise NotFound(f"there is no app and no change {what!r}", hint=error.hint) from None
    if isinstance(change.spec, CompileSpec):
        raise UsageError(
            f"{change.app} is your own app", hint=suggested_command("publish", change.app, "--to", "REGISTRY")
        )
    return change.app, installed(workspace, change.app), change


def _steps(
    workspace: Workspace, repository: Repository, entry: LockEntry, change: Change | None
) -> tuple[str, list[LocalChange]]:
    """Returns the release, and the changes on top of it that are to be proposed, oldest first."""
    merged = _on_main(repository, entry)
    if change is None and not merged:
        change = _only_proposal(workspace, entry.name)
    release = base_release(repository, entry.commit)
    assert release is not None, "an app with local changes has a release"
    if change is None:
        return release, merged
    for count, step in enumerate(merged, 1):
        if step.commit.trailers.get("Mapp-Change") == change.id:
            return release, merged[:count]
    if change.branch not in branches(repository) or change.state != "proven":
        raise _unproven(entry.name, change)
    if change.spec.base != entry.commit:
        raise InvalidApp(
            f"{change.branch} was made for another version of {entry.name} than {entry.version}",
            hint=suggested_command("update", entry.name),
            code=UNPROVEN,
        )
    tip = branch_tip(repository, change.branch)
    before, after = (read_snapshot(repository, commit).files for commit in (change.spec.base, tip))
    return release, [*merged, LocalChange(commit=repository.info(tip), before=before, after=after)]


def _on_main(repository: Repository, entry: LockEntry) -> list[LocalChange]:
    found = local_changes(repository, entry.commit)
    if found is None:
        raise NotFound(
            f"{entry.name} is not built on a release that this library knows",
            hint=suggested_command("log", entry.name),
        )
    return found


def _only_proposal(workspace: Workspace, name: str) -> Change:
    """Returns the one proven change of an app that is not on `main`.

    Raises:
        NotFound, UsageError: there is none, or more than one.
    """
    waiting = [row for row in Changes(workspace.home.journal).waiting(app=name) if row.state == "proven"]
    if len(waiting) > 1:
        listed = ", ".join(row.branch for row in waiting)
        raise UsageError(f"{name} has several changes: {listed}", hint="mapp propose CHANGE")
    if not waiting:
        raise NotFound(
            f"{name} is the release of its author: there is nothing to propose",
            hint="mapp review lists open changes",
        )
    return waiting[0]


def _proof(repository: Repository, step: LocalChange) -> Verdict:
    """Returns the verdict that lets a change be proposed; raises InvalidApp if there is none."""
    verdict = read_verdict(repository, step.commit.tree)
    if verdict is None or not verdict.passed or verdict.forced:
        raise _unproven(step.commit.subject, None)
    if step.kind != "edit" and not is_proof(verdict, step.kind, base=tree_id(step.before)):
        raise _unproven(step.commit.subject, None)
    return verdict


def _unproven(what: str, change: Change | None) -> InvalidApp:
    shown = what if change is None else f"{change.branch} of {what}"
    hint = "mapp review shows why" if change is None else suggested_command("review", change.id)
    return InvalidApp(f"{shown} has not passed the gate", hint=hint, code=UNPROVEN)


def _changed_texts(steps: Sequence[LocalChange]) -> Mapping[str, str]:
    """Returns the texts of the files that changes touch, each under a name for the person."""
    return {
        path: data.decode("utf-8", "replace")
        for step in steps
        for path, data in step.after.items()
        if step.before.get(path) != data
    }


def _branch(step: LocalChange) -> str:
    """Returns the name of the branch at the author's: the same for a change, however often it is rebased."""
    trailers = step.commit.trailers
    identity = trailers.get("Mapp-Incident") if step.kind == "heal" else trailers.get("Mapp-Change")
    return f"{step.kind}/{identity or step.commit.id[:10]}"


def _commits(workspace: Workspace, repository: Repository, base: str, steps: Sequence[LocalChange]) -> str:
    """Writes one commit for each change on top of a release, and returns the last; no ref moves.

    The same changes always give the same commits.
    """
    parent = base
    for step in steps:
        own = {name: text for name, text in step.commit.trailers.items() if name.startswith("Mapp-")}
        trailers = {**own, "Mapp-Operation": step.kind, "Mapp-Verdict": "passed", "Mapp-Base": parent}
        app = read_app(step.after, strict=False)
        text = workspace.redact(message(f"{app.name}: {app.manifest.version}, {step.kind}", trailers))
        who = replace(workspace.signature(), time=step.commit.time)
        parent = repository.commit_tree(step.commit.tree, text, who, parents=(parent,), ref=None)
    return parent


def _body(workspace: Workspace, steps: Sequence[LocalChange], verdicts: Sequence[Verdict]) -> str:
    """Returns the evidence of all changes as Markdown, without the person's keys."""
    parts = [_evidence(workspace, step, verdict) for step, verdict in zip(steps, verdicts, strict=True)]
    most = MAX_BODY // len(parts)
    return workspace.redact("\n".join(part[:most] for part in parts))


def _evidence(workspace: Workspace, step: LocalChange, verdict: Verdict) -> str:
    trailers = step.commit.trailers
    change: Change | None = None
    incident: Incident | None = None
    with contextlib.suppress(MappError):
        change = (
            Changes(workspace.home.journal).get(trailers["Mapp-Change"])
            if "Mapp-Change" in trailers
            else None
        )
    with contextlib.suppress(MappError):
        incident = Incidents(workspace.home.journal).get(trailers.get("Mapp-Incident", ""))
    if change is not None:
        return review_markdown(reviewed(workspace, change, step.before, step.after, verdict, incident))
    shown = fenced("\n".join(difference(step.before, step.after)), "diff")
    title = f"## {step.kind.capitalize()}: {plain_markdown(step.commit.subject)}"
    return "\n\n".join([title, "### Difference", shown, *verdict_markdown(verdict)]) + "\n"
