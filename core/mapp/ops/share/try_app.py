"""Tries an app from elsewhere without installing it: the same checks and the same consent, then one request.

The app is installed into a library of its own, inside the quarantine of the person's library, and that is
deleted at the end. If the process is killed, the next fetch deletes it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mapp.errors import NoMatch
from mapp.library.paths import Home
from mapp.model.decision import Ask
from mapp.model.request import Request
from mapp.ops.run.ask import Answer, Interaction, ask
from mapp.ops.share.install import Options, install
from mapp.ops.share.place import Placed
from mapp.ops.workspace import Workspace
from mapp.share.remote import QUARANTINE, sweep_quarantines
from mapp.suggested_commands import suggested_command


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """An app that was tried, and its answer, which always has an execution."""

    placed: Placed
    answer: Answer


def try_app(
    workspace: Workspace,
    text: str,
    request: Request,
    options: Options,
    *,
    accept: str = "sure",
    interaction: Interaction | None = None,
) -> Tried:
    """Runs an app from a registry or a git address for one request; `text` is as for `mapp install`.

    Nothing stays: not the app, its store, its grants, or the run in the journal.

    Raises:
        NoMatch: the app does not do what the request asks, or an argument is missing.
        MappError: see `mapp.ops.share.install.install`.
    """
    with _apart(workspace) as apart:
        (placed,) = install(apart, [text], options).rows
        answer = ask(
            apart,
            request,
            accept="likely" if accept == "likely" else "sure",
            yes=options.yes,
            interaction=interaction or Interaction(),
        )
        if answer.execution is None:
            raise _not_run(placed, answer, text)
        return Tried(placed=placed, answer=answer)


@contextlib.contextmanager
def _apart(workspace: Workspace) -> Iterator[Workspace]:
    """Gives an empty library without starter apps, and deletes it at the end."""
    folder = workspace.home.quarantine
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep_quarantines(folder)
    root = folder / f"{QUARANTINE}{os.getpid()}-{uuid.uuid4().hex[:12]}"
    root.mkdir(mode=0o700)
    # What registries say, advisories too, counts for a trial as well; so do the locks of who refreshes them.
    own = Home(root=root)
    for there, here in ((workspace.home.registries, own.registries), (workspace.home.holds, own.holds)):
        there.mkdir(mode=0o700, exist_ok=True)
        here.symlink_to(there.resolve(), target_is_directory=True)
    apart = Workspace(
        config=replace(workspace.config, library=root, starter=False, heal="off"),
        clock=workspace.clock,
        seed=workspace.seed,
        tell=workspace.tell,
        sleep=workspace.sleep,
    )
    try:
        yield apart
    finally:
        apart.close()
        shutil.rmtree(root, ignore_errors=True)


def _not_run(placed: Placed, answer: Answer, text: str) -> NoMatch:
    app = f"{placed.entry.name} {placed.entry.version}"
    questions = [str(question) for question in answer.questions]
    why = "; ".join([*answer.decision.reasons, *questions]) or "it does not do what the request asks"
    hint = f"to see what it does, install it: {suggested_command('install', text)}"
    if isinstance(answer.decision, Ask) and not questions:
        hint = "if it is right, answer yes at a terminal, or add --yes"
    return NoMatch(f"{app} was not run: {why}", hint=hint)
