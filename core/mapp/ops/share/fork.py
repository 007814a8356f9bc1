"""Forks an installed app: what it is in this library goes on under a name of its own."""

from __future__ import annotations

from mapp.errors import AlreadyExists, UsageError
from mapp.git.identity import tree_id
from mapp.library import read
from mapp.library.commit_app import message, put
from mapp.library.landing import Committed, Proposal
from mapp.library.lockfile import LockEntry, read_lock
from mapp.library.operations import Operation
from mapp.model.app import MANIFEST
from mapp.model.names import app_name_fault
from mapp.ops.check.gate import Watch, examined, refuse_failures
from mapp.ops.manage.bump import with_name
from mapp.ops.share.advice import (
    BASE,
    CONTENT,
    FORK,
    FORKED,
    RELEASE,
    ensure_not_known_malicious,
    lineage_of,
)
from mapp.ops.workspace import Workspace
from mapp.share.registries import known_registries


def forked_name(name: str) -> str:
    """Returns a name that an app may have; raises UsageError if it may not."""
    if fault := app_name_fault(name):
        raise UsageError(f"an app cannot be called {name!r}: {fault}", hint="choose another name")
    return name


def fork_app(
    workspace: Workspace,
    entry: LockEntry,
    name: str,
    *,
    operation: Operation,
    watch: Watch | None = None,
) -> Committed:
    """Adds a copy of what an installed app is now, under another name, if the gate passes it.

    It counts as somebody else's app still, and has no grants. A fork that is there already stays. Its commit
    names the release that it was made from, so that an advisory about that one is about the fork, too.
    `operation` is what the operation log says.

    Raises:
        AlreadyExists: another app has that name.
        InvalidApp: a check failed.
        IntegrityError: an advisory calls what would be forked malicious (MAPP-0657).
    """
    home = workspace.home
    sources = known_registries(workspace.config).values()
    ensure_not_known_malicious(home, sources, entry)
    files = read.snapshot(home, entry.name, entry.commit, only=None).files
    manifest = with_name(files[MANIFEST].decode("utf-8"), forked_name(name)).encode("utf-8")
    files = {**files, MANIFEST: manifest}
    known, source = read_lock(home.lock_file).get(name), f"{FORK}{entry.source}"
    if home.repository(name).exists() and (
        known is None or (known.source, known.tree) != (source, tree_id(files))
    ):
        raise AlreadyExists(f"an app called {name} is in the library already", hint="choose another name")
    app, verdict = examined(workspace, files, kind="add", watch=watch)
    refuse_failures(verdict, force=False, hint="nothing was changed; correct the app first, or discard it")
    origin = lineage_of(home, entry).entry
    trailers = {
        "Mapp-Operation": FORKED,
        "Mapp-Verdict": "passed",
        BASE: entry.commit,
        RELEASE: origin.commit,
        CONTENT: origin.content,
    }
    text = message(f"{name}: {entry.name} {app.manifest.version} under its own name", trailers)
    proposal = Proposal(
        app=app,
        files=files,
        text=text,
        signature=operation.by,
        verdict=verdict,
        source=source,
        operation=operation,
    )
    return put(home, proposal, tell=workspace.tell)
