"""Has an app written for a request that none covers, or one widened that nearly does."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from mapp.author.coder import MAY_CHANGE, Brief, Coder, Files, Near, Phase, Watch
from mapp.author.prompt import render
from mapp.errors import AlreadyThere, InvalidApp, Problem, UsageError
from mapp.library import read
from mapp.library.app_folder import read_folder
from mapp.model.app import SOURCE, App, Example, read_app
from mapp.model.decision import Use
from mapp.model.manifest import Argument, Manifest
from mapp.model.names import app_name_fault
from mapp.model.request import Request
from mapp.model.schema import Schema
from mapp.model.values import canonical
from mapp.observe.changes import Changes
from mapp.ops.check.gate import USUAL, Options, resolver
from mapp.ops.compile.lifecycle import Changed, Person, begin, carry_on, served_by
from mapp.ops.compile.open_coder import coder_of
from mapp.ops.compile.rounds import visible
from mapp.ops.index.refresh import Progress, open_fresh
from mapp.ops.run.ask import ask
from mapp.ops.workspace import Workspace
from mapp.validate.checks.contract import STAND_IN, contract_faults

LONGEST_NAME: Final = 40
MOST_NEAR: Final = 3
LONGEST_KIND: Final = 120
BYTES_A_TOKEN: Final = 4
"""Of English and code, for an estimate; what was read, the ledger tells."""
NEAR_ENOUGH: Final = 0.35
"""Apps whose score is lower are not shown to a coder: they only cost tokens."""
_FILLER: Final = re.compile(
    r"(?:an?|and|are|be|by|can|convert|do|does|for|from|give|get|how|i|in|into|is|it|make|me|my|of|on|or|please"
    r"|some|tell|that|the|this|to|turn|up|what|which|with|you|your)"
)


def compile_app(
    workspace: Workspace,
    request: str,
    *,
    person: Person,
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
        GivenUp: the rounds are used up; the change keeps its branch.
        AlreadyThere: there is an app of that name.
    """
    if name is not None and (fault := app_name_fault(name)):
        raise UsageError(f"{name!r} {fault}")
    coder = coder or coder_of(workspace)
    taken = read.names(workspace.home)
    if name is not None and name in taken:
        raise AlreadyThere(f"there is an app {name}", hint=f"mapp expand {name} REQUEST widens it")
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


def standing(workspace: Workspace, request: str, *, named: bool = False) -> str | None:
    """Returns the app that does what is asked already, or None; no model is asked.

    A coder wrote or chose it for the very same request, or, unless the person wants an app of a certain name,
    the router is sure of it.
    """
    known = settled(workspace, request)
    if known or named:
        return known
    decision = ask(workspace, Request(text=request), dry_run=True).decision
    return decision.app if isinstance(decision, Use) else None


def settled(workspace: Workspace, request: str) -> str | None:
    """Returns the app that a coder once wrote for the very same request, or said to do it already."""
    names = read.names(workspace.home)
    ended = (row for row in Changes(workspace.home.journal).waiting(ended=True) if row.request == request)
    return next((app for app in map(served_by, ended) if app in names), None)


def expand_app(
    workspace: Workspace,
    app: str,
    request: str,
    *,
    person: Person,
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
        found = index.search(request, MOST_NEAR)
        cards = [index.card(one.app) for one in found if one.score >= NEAR_ENOUGH]
    return tuple(
        Near(
            name=card.manifest.name,
            description=card.manifest.description,
            interface=interface_of(card.manifest),
        )
        for card in cards
    )


def interface_of(manifest: Manifest) -> str:
    """Returns what an app takes and returns, in one line: `(price: number, rate: number = 20) -> number`."""
    arguments = ", ".join(map(_argument, manifest.arguments))
    return f"({arguments}) -> {_kind(manifest.output)}"


def _argument(argument: Argument) -> str:
    schema = argument.schema
    default = (
        f" = {canonical(schema.to_dict()['default'])}"
        if schema.has_default
        else "?"
        if argument.optional
        else ""
    )
    return f"{argument.name}: {_kind(schema)}{default}"


def _kind(schema: Schema) -> str:
    document = schema.to_dict()
    if "enum" in document:
        return " | ".join(canonical(value) for value in document["enum"])[:LONGEST_KIND]
    return "|".join(schema.types) or "any"


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


def planned(
    workspace: Workspace,
    request: str,
    *,
    name: str | None = None,
    near: Sequence[Near] = (),
    contract: Files | None = None,
) -> str:
    """Returns all that the coder would be told first, and what it may cost: nothing is spent for it."""
    app = name or name_for(request, read.names(workspace.home))
    phase: Phase = "contract" if contract is None else "code"
    brief = Brief(app=app, phase=phase, goal=request, near=tuple(near))
    return _shown(workspace, brief, {} if contract is None else visible(contract))


def planned_expansion(workspace: Workspace, app: str, request: str) -> str:
    """Returns all that the coder would be told first to widen an app; raises NotFound without one."""
    files = read.snapshot(workspace.home, app, only=None).files
    return _shown(workspace, Brief(app=app, phase="contract", goal=request, widening=True), files)


def _shown(workspace: Workspace, brief: Brief, files: Mapping[str, bytes]) -> str:
    prompt = render(brief, files)
    budget = workspace.config.budget_change or "no limit"
    size = f"{prompt.size:,} bytes, about {prompt.size // BYTES_A_TOKEN:,} tokens,"
    head = f"# {size} for {workspace.config.coder or 'no coder yet'}; at most {budget}"
    return f"{head}\n{prompt.text}"


def name_for(request: str, taken: Collection[str]) -> str:
    """Returns a name for an app made of the telling words of a request, none that is taken.

    >>> name_for("Please convert 10 miles to nautical miles!", [])
    'miles-nautical'
    >>> name_for("12 + 7?", ["app"])
    'app-2'
    """
    words = re.findall(r"[a-z][a-z0-9]*", request.lower())
    telling = list(dict.fromkeys(word for word in words if not _FILLER.fullmatch(word) and len(word) < 20))
    name = "-".join(telling[:3])[:LONGEST_NAME].strip("-") or "app"
    candidates = [name, *(f"{name}-{number}" for number in range(2, len(taken) + 3))]
    return next(one for one in candidates if one not in taken)
