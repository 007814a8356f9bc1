"""Finds apps that do the same: same argument types, same answers to generated inputs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from mapp.errors import InvalidApp, InvalidArguments, NotFound
from mapp.library import read
from mapp.model.app import App, read_app
from mapp.model.arguments import with_defaults
from mapp.model.manifest import Argument, Manifest
from mapp.model.outcome import Declared, Failed, Outcome, Value
from mapp.model.values import same
from mapp.ops.check.gate import USUAL, Options, trial_of
from mapp.ops.workspace import Workspace
from mapp.validate.trial import Arguments, Trial

MIN_SHARED: Final = 20
"""The least number of inputs that both apps must accept; fewer prove nothing."""
MAX_PAIRINGS: Final = 6
"""The number of ways to pair the arguments of two apps that are tried."""


def find_duplicate(
    workspace: Workspace, app: App, files: Mapping[str, bytes], *, options: Options = USUAL
) -> tuple[str, int] | None:
    """Returns the app of the library that does the same as `app`, and the number of inputs compared.

    The other app takes arguments of the same types, under any names, and gives the same answer to every
    generated input that both accept; a declared error counts as an answer. Apps with capabilities are never
    compared.
    """
    if app.manifest.capabilities.names:
        return None
    trial = trial_of(workspace, app, files, base=None, kind="compile", options=options)
    drawn = list(zip(trial.drawn, trial.outcomes, strict=True))
    for name in read.names(workspace.home):
        other = _read(workspace, name)
        if other is None or name == app.name:
            continue
        for names in itertools.islice(_pairings(app.manifest, other.manifest), MAX_PAIRINGS):
            pairs = [
                (theirs, end) for row, end in drawn if (theirs := _translated(other, row, names)) is not None
            ]
            if len(pairs) < MIN_SHARED:
                continue
            if _agrees(trial, other, pairs):
                return name, len(pairs)
    return None


def _read(workspace: Workspace, name: str) -> App | None:
    try:
        found = read.snapshot(workspace.home, name, only=None)
        app = read_app(found.files, commit=found.commit, tree=found.tree)
    except (NotFound, InvalidApp):
        return None
    return None if app.manifest.capabilities.names else app


def _pairings(ours: Manifest, theirs: Manifest) -> Iterator[dict[str, str]]:
    """Yields the ways to pass our arguments to the other app (our name -> its name), with equal types."""
    if ours.output.types != theirs.output.types:
        return
    if not all(argument in {row.name for row in ours.arguments} for argument in _needed(theirs)):
        yield from _renamed(ours, theirs)
        return
    known = {row.name: row for row in theirs.arguments}
    if all(row.name in known and _fits(row, known[row.name]) for row in ours.arguments):
        yield {row.name: row.name for row in ours.arguments}
    else:
        yield from _renamed(ours, theirs)


def _renamed(ours: Manifest, theirs: Manifest) -> Iterator[dict[str, str]]:
    count = len(ours.arguments)
    needed = _needed(theirs)
    for chosen in itertools.permutations(theirs.arguments, count):
        names = [row.name for row in chosen]
        if needed <= set(names) and all(map(_fits, ours.arguments, chosen)):
            yield dict(zip((row.name for row in ours.arguments), names, strict=True))


def _needed(manifest: Manifest) -> set[str]:
    return {row.name for row in manifest.arguments if row.required}


def _fits(one: Argument, other: Argument) -> bool:
    return set(one.schema.types) == set(other.schema.types) or {*one.schema.types, *other.schema.types} == {
        "integer",
        "number",
    }


def _translated(other: App, arguments: Arguments, names: Mapping[str, str]) -> Arguments | None:
    """Returns our arguments with the other app's names and defaults, or None if it does not accept them."""
    try:
        return with_defaults(other.manifest, {names[name]: value for name, value in arguments.items()})
    except InvalidArguments:
        return None


def _agrees(trial: Trial, other: App, pairs: Sequence[tuple[Arguments, Outcome]]) -> bool:
    """Returns whether the other app gives the same answers; tries a few inputs first to fail early."""
    if not any(isinstance(end, Value) for _, end in pairs):
        return False
    for rows in (pairs[:MIN_SHARED], pairs[MIN_SHARED:]):
        theirs = trial.attempt(other, [row for row, _ in rows])
        if not all(map(_equal, (end for _, end in rows), theirs)):
            return False
    return True


def _equal(one: Outcome, other: Outcome) -> bool:
    match one, other:
        case Value(output=first), Value(output=second):
            return same(first, second)
        case Declared() | Failed(), Declared() | Failed():
            return isinstance(one, Declared) and isinstance(other, Declared)
    return False
