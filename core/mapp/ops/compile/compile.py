"""Has an app written for a request that none covers, or one widened that nearly does."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from mapp.author.coder import MAY_CHANGE, Coder, Files, Near, Watch
from mapp.errors import AlreadyExists, InvalidApp, Problem, UsageError
from mapp.library import read
from mapp.library.app_folder import read_folder
from mapp.model.app import SOURCE, App, Example, read_app
from mapp.model.decision import Use
from mapp.model.names import app_name_fault
from mapp.model.request import Request
from mapp.model.signature import interface_of
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
"""Apps whose score is lower are not shown to a coder: they only cost tokens."""


def compile_app(
    workspace: Workspace,
    request: str,
    *,
    person: Approver,
    watch: Watch,
    near: Sequence[Near] = (),
    stated: Sequence[Example] = (),
    name: str | None = None,
    new: bool = False,
    contract: Files | None = None,
    coder: Coder | None = None,
    options: Options = USUAL,
) -> Changed:
    """Returns what came of having a new app written.

    Args:
        workspace: the library.
        request: what it has to do, in plain words.
        person: decides on spending, contract and merge.
        watch: is told what the coder is at.
        near: apps that nearly do it.
        stated: examples that have to be among the app's.
        name: what it is to be called; by default made of the request's words, or what its contract says.
        new: it is written even where an app does the same.
        contract: the files of `read_contract`, where a person has written them; then only code is asked for.
        coder: who writes it, instead of the one that the settings name.
        options: how hard it is tried.

    Raises:
        UsageError: the name is none, or no coder is configured.
        PermissionNeeded: nobody allowed the spending.
        CoderFailed: there is no answer to be had, or no budget left; the change can be resumed.
        AttemptsExhausted: the rounds are used up; the change keeps its branch.
        AlreadyExists: there is an app of that name.
    """
    if name is not None and (fault := app_name_fault(name)):
        raise UsageError(f"{name!r} {fault}")
    coder = coder or coder_of(workspace)
    taken = read.names(workspace.home)
    if name is not None and name in taken:
        raise AlreadyExists(f"there is an app {name}", hint=f"mapp expand {name} REQUEST widens it")
    app = name or name_for(request, taken)
    change = begin(
        workspace,
        "compile",
        app,
        request,
        coder,
        person=person,
        near=near,
        stated=stated,
        named=name is not None,
        new=new,
        contract=contract,
    )
    return carry_on(workspace, change, coder=coder, person=person, watch=watch, options=options)


def already_covered(workspace: Workspace, request: str, *, named: bool = False) -> str | None:
    """Returns the app that does what is asked already, or None; no model is asked.

    A coder wrote or chose it for the very same request, or, unless the person wants an app of a certain name,
    the router is sure of it.
    """
    known = compiled_before(workspace, request)
    if known or named:
        return known
    decision = ask(workspace, Request(text=request), dry_run=True).decision
    return decision.app if isinstance(decision, Use) else None


def compiled_before(workspace: Workspace, request: str) -> str | None:
    """Returns the app that a coder once wrote for the very same request, or said to do it already."""
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
    """Returns what came of widening an app: a minor version in which all that worked still works.

    Takes and raises what `compile_app` does; NotFound when there is no such app.
    """
    base = read.snapshot(workspace.home, app).commit
    coder = coder or coder_of(workspace)
    change = begin(workspace, "expand", app, request, coder, person=person, stated=stated, base=base)
    return carry_on(workspace, change, coder=coder, person=person, watch=watch, options=options)


def nearest(workspace: Workspace, request: str, *, progress: Progress | None = None) -> tuple[Near, ...]:
    """Returns the apps that nearly do what is asked, the nearest first."""
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
    """Returns the contract that lies in a folder, as an app without code and as files (path -> bytes).

    A `main.js` that lies there too is not looked at.

    Raises:
        NotFound: there is no such folder.
        InvalidApp: a coder's contract of this form would not be taken; names every fault.
    """
    found, _ = read_folder(folder)
    files = {path: found[path] for path in MAY_CHANGE["contract"] if path in found}
    faults = contract_faults(files, workspace.executor, resolve=resolver(workspace))
    if faults:
        problems = [Problem(path=row.path, message=row.message) for row in faults]
        raise InvalidApp(f"the contract in {folder} is not fit to write code for", problems)
    return read_app({SOURCE: STAND_IN, **files}), files
