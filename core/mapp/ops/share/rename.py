"""Gives a published app another name: a release under the new name, then a note at the old one.

Each entry is a submission of its own, so both rules hold: one file a submission, and nothing that was
published changes. The new entry comes first. Until a maintainer has merged it, the old one stays as it is;
running the command again then finishes.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from typing import Any

from mapp.errors import AlreadyExists, UsageError
from mapp.git.notes import VERDICTS
from mapp.git.repository import Repository
from mapp.library import read
from mapp.library.commit_app import message
from mapp.library.landing import Proposal, bring_in
from mapp.library.lockfile import read_lock
from mapp.library.locks import holding
from mapp.model.app import MANIFEST
from mapp.model.names import app_name_fault
from mapp.model.version import Level, Version
from mapp.ops.check.gate import Watch, examined, refuse_failures
from mapp.ops.manage.bump import with_name, with_version
from mapp.ops.share.publish import Confirm, Published, Target, listed_entry, publish
from mapp.ops.share.registry_place import RegistryPlace, find_registry, mirrored
from mapp.ops.share.submit import Submitted, submit
from mapp.ops.workspace import Workspace
from mapp.share.entry import Entry
from mapp.share.remote import scratch_repository
from mapp.suggested_commands import suggested_command


@dataclass(frozen=True, kw_only=True, slots=True)
class Renamed:
    """The result: the first release under the new name, and the change of the old entry.

    `marked` is None while the new entry waits for the registry's maintainers.
    """

    old: str
    published: Published
    marked: Submitted | None

    def to_dict(self) -> dict[str, Any]:
        """Returns the report that `rename --json` prints."""
        marked = self.marked
        row = None if marked is None else {"ref": marked.ref, "commit": marked.commit}
        return {**self.published.to_dict(), "renamed_from": self.old, "renamed_to": row}


def rename(
    workspace: Workspace,
    old: str,
    new: str,
    target: Target,
    *,
    confirm: Confirm | None = None,
    watch: Watch | None = None,
) -> Renamed:
    """Publishes an app under another name, and says at the old name what it is called now.

    The new app continues the history of the old one in the library and at the same remote; its first version
    follows the last one. The old app stays in the library.

    Args:
        workspace: the library with the app.
        old: the name that the registry lists.
        new: the new name.
        target: the registry, and how to change it; without a remote, the app stays at its own.
        confirm: is asked once before the first push.
        watch: receives the gate's results on the renamed app.

    Raises:
        NotFound: the library or the registry lacks the app.
        UsageError: the name cannot be used, or the app has changes that are not published.
        AlreadyExists: the library has another app of the new name.
        SubmissionRefused: a check of the registry refuses it.
    """
    if fault := app_name_fault(new):
        raise UsageError(f"an app cannot be called {new!r}: {fault}", hint="choose another name")
    if new == old:
        raise UsageError(f"{old} is called that already", hint="choose another name")
    place = find_registry(workspace, target.registry, allow_plain=target.allow_plain)
    past = listed_entry(mirrored(workspace, place).registry, place, old, None)
    _renamed_app(workspace, past, new, watch)
    target = replace(target, remote=target.remote or past.remote, renamed_from=old)
    done = publish(workspace, new, target, confirm=confirm)
    marked = None if done.submitted is None else _mark(workspace, place, past, new, target)
    return Renamed(old=old, published=done, marked=marked)


def _mark(
    workspace: Workspace, place: RegistryPlace, past: Entry, new: str, target: Target
) -> Submitted | None:
    """Says at the old entry what the app is called now, once the new one is listed."""
    listed = mirrored(workspace, place).registry.entry(new)
    if listed is None or listed.renamed_from != past.name:
        return None

    def change(before: Entry | None) -> Entry:
        return replace(before or past, renamed_to=new)

    return submit(
        workspace,
        place,
        past.name,
        change,
        lambda row: row,
        direct=target.direct,
        override=target.override,
    )


def _renamed_app(workspace: Workspace, past: Entry, new: str, watch: Watch | None) -> None:
    """Adds the app under its new name to the library, on top of the old one's history; once."""
    home, old = workspace.home, past.name
    repository = read.open_repository(home, old)
    main = read.snapshot(home, old, only=None)
    if home.repository(new).exists():
        _ensure_continues(workspace, new, main.commit)
        return
    if all(row.tree != main.tree for row in past.versions):
        raise UsageError(
            f"main of {old} is not published, so it is not clear what to rename",
            hint=f"publish it first: {suggested_command('publish', old)}",
        )
    text = with_name(main.files[MANIFEST].decode("utf-8"), new)
    files = {**main.files, MANIFEST: with_version(text, _next_version(past)).encode("utf-8")}
    app, verdict = examined(workspace, files, kind="add", watch=watch)
    refuse_failures(verdict, force=False, hint="nothing was changed; correct the app first")
    trailers = {"Mapp-Operation": "rename", "Mapp-Verdict": "passed", "Mapp-Base": main.commit}
    operation = workspace.operation("rename", old, new)
    proposal = Proposal(
        app=app,
        files=files,
        text=message(f"{new}: the new name of {old}", trailers),
        signature=operation.by,
        verdict=verdict,
        operation=operation,
    )
    home.quarantine.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (
        scratch_repository(home.quarantine) as scratch,
        holding(home.holds, new, tell=workspace.tell),
    ):
        shutil.copytree(repository.path / "objects", scratch / "objects", dirs_exist_ok=True)
        if (notes := repository.tip(VERDICTS)) is not None:
            Repository.open(scratch).create_ref(VERDICTS, notes)
        hint = f"to see it: {suggested_command('show', new)}"
        bring_in(home, scratch, proposal, parent=main.commit, hint=hint, tell=workspace.tell)


def _ensure_continues(workspace: Workspace, new: str, commit: str) -> None:
    """Raises AlreadyExists unless an app continues the history of a commit."""
    repository, entry = (
        read.open_repository(workspace.home, new),
        read_lock(workspace.home.lock_file).get(new),
    )
    tip = repository.tip()
    own = entry is not None and not entry.is_third_party and tip is not None
    if not own or all(row.id != commit for row in repository.history(str(tip))):
        raise AlreadyExists(f"an app called {new} is in the library already", hint="choose another name")


def _next_version(past: Entry) -> Version:
    """Returns the patch version after the highest that the old name has."""
    return max(row.version for row in past.versions).bumped(Level.PATCH)
