"""Compiles a new app for a request that no app covers, or extends an app that nearly does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

from mapp.author.coder import Coder, Watch
from mapp.errors import AlreadyExists, InvalidApp, Problem, UsageError
from mapp.library import read
from mapp.library.app_folder import read_folder
from mapp.model.app import SOURCE, App, Example, read_app
from mapp.model.change_spec import CompileSpec, ExpandSpec, Near
from mapp.model.decision import Use
from mapp.model.names import app_name_fault
from mapp.model.request import Request
from mapp.model.signature import interface_of
from mapp.model.verdict import Finding
from mapp.observe.changes import Changes
from mapp.ops.check.gate import USUAL, Options, resolver
from mapp.ops.compile.approval import Approver, Changed, served_by
from mapp.ops.compile.lifecycle import begin, carry_on
from mapp.ops.compile.naming import name_for
from mapp.ops.compile.open_coder import coder_of
from mapp.ops.index.refresh import Progress, open_fresh
from mapp.ops.run.ask import ask
from mapp.ops.workspace import Workspace
from mapp.validate.checks.contract import STAND_IN, contract_faults

MAX_NEAR: Final = 3
NEAR_ENOUGH: Final = 0.35
"""Apps with a lower score are not shown to a coder: they only cost tokens."""
NO_DETAILS: Final = CompileSpec()


def compile_app(
    workspace: Workspace,
    request: str,
    *,
    person: Approver,
    watch: Watch,
    name: str | None = None,
    spec: CompileSpec = NO_DETAILS,
    coder: Coder | None = None,
    options: Options = USUAL,
) -> Changed:
    """Compiles a new app and returns the result.

    Args:
        workspace: the library.
        request: what the app should do, in plain words.
        person: approves spending, contract and merge.
        watch: receives the coder's progress.
        name: the app's name; by default the contract names it, or the words of the request do.
        spec: similar apps, examples that must hold, a contract that you wrote. `named` is set from `name`.
        coder: writes the app, instead of the coder in the settings.
        options: how hard the gate tries.

    Raises:
        UsageError: the name is not valid, or no coder is configured.
        PermissionNeeded: spending was not approved.
        CoderFailed: the coder gave no answer, or the budget is used up; the change can be resumed.
        AttemptsExhausted: no round succeeded; the change keeps its branch.
        AlreadyExists: there is an app of that name.
    """
    if name is not None and (fault := app_name_fault(name)):
        raise UsageError(f"{name!r} {fault}")
    coder = coder or coder_of(workspace)
    taken = read.names(workspace.home)
    if name is not None and name in taken:
        raise AlreadyExists(f"there is already an app {name}", hint=f"mapp expand {name} REQUEST extends it")
    app, spec = name or name_for(request, taken), replace(spec, named=name is not None)
    change = begin(workspace, app, request, spec, coder=coder, person=person)
    return carry_on(workspace, change, coder=coder, person=person, watch=watch, options=options)


def already_covered(workspace: Workspace, request: str, *, named: bool = False) -> str | None:
    """Returns the app that answers a request already, or None; no model is asked.

    That is an app that a coder wrote or chose for the same request. Unless the user `named` the new app, it
    is also an app that the router is sure of.
    """
    known = compiled_before(workspace, request)
    if known or named:
        return known
    decision = ask(workspace, Request(text=request), dry_run=True).decision
    return decision.app if isinstance(decision, Use) else None


def compiled_before(workspace: Workspace, request: str) -> str | None:
    """Returns the app that a coder wrote or chose for the same request before, or None."""
    names = read.names(workspace.home)
    ended = (row for row in Changes(workspace.home.journal).waiting(ended=True) if row.request == request)
    return next((app for app in map(served_by, ended) if app in names), None)


def expand_app(
    workspace: Workspace,
    app: str,
    request: str,
    *,
    person: Approver,
    watch: Watch,
    stated: Sequence[Example] = (),
    coder: Coder | None = None,
    options: Options = USUAL,
) -> Changed:
    """Extends an app and returns the result: a minor version that still does all that it did.

    The arguments and errors are those of `compile_app`; `stated` are examples that must hold. Raises NotFound
    when there is no such app.
    """
    spec = ExpandSpec(base=read.snapshot(workspace.home, app).commit, stated=tuple(stated))
    coder = coder or coder_of(workspace)
    change = begin(workspace, app, request, spec, coder=coder, person=person)
    return carry_on(workspace, change, coder=coder, person=person, watch=watch, options=options)


def nearest(workspace: Workspace, request: str, *, progress: Progress | None = None) -> tuple[Near, ...]:
    """Returns the apps that nearly do what a request asks for, the nearest first."""
    with closing(open_fresh(workspace, progress=progress)) as index:
        found = index.search(request, MAX_NEAR)
        cards = [index.card(one.app) for one in found if one.score >= NEAR_ENOUGH]
    return tuple(
        Near(
            name=card.manifest.name,
            description=card.manifest.description,
            interface=interface_of(card.manifest),
        )
        for card in cards
    )


def read_contract(workspace: Workspace, folder: Path) -> tuple[App, dict[str, bytes]]:
    """Returns the contract in a folder, as an app without code and as files (path -> bytes).

    All that can be in an app counts, recordings too, except for a `main.js`, which is ignored.

    Raises:
        NotFound: there is no such folder.
        InvalidApp: the contract fails the checks that a coder's contract must pass; lists every fault.
    """
    found, _ = read_folder(folder)
    files = {path: data for path, data in found.items() if path != SOURCE}
    faults = [*_not_text(files), *contract_faults(files, workspace.executor, resolve=resolver(workspace))]
    if faults:
        problems = [Problem(path=row.path, message=row.message) for row in faults]
        raise InvalidApp(f"the contract in {folder} is not ready to write code for", problems)
    return read_app({SOURCE: STAND_IN, **files}), files


def _not_text(files: Mapping[str, bytes]) -> Iterator[Finding]:
    """Yields a finding for each file that is not UTF-8: a change is recorded as text."""
    for path, data in files.items():
        try:
            data.decode()
        except UnicodeDecodeError as error:
            yield Finding(path=path, message=f"is not UTF-8 at byte {error.start}")
