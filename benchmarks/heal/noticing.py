"""Uses an app with a bug, and looks whether mapp notices it: by itself, or with a person's word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from benchmarks.classify.library import World, install
from benchmarks.heal.corpus import Bug
from benchmarks.healing import differ
from mapp.model.incident import Incident
from mapp.model.outcome import Declared, Outcome, Value
from mapp.model.values import canonical
from mapp.observe.incidents import Incidents
from mapp.ops.heal.word import Word, say_wrong
from mapp.ops.run.execute import execute

NOTHING: Final = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Noticed:
    """What is known of a bug after some use: `by` is the class that mapp gave without anybody's word.

    `incident` is the one that a fix starts from, None if there is none even after a person's word.
    """

    bug: Bug
    by: str
    told: bool
    incident: Incident | None


def use(world: World, bug: Bug) -> Noticed:
    """Installs and uses an app with a bug; where nothing was noticed, a person says what is right."""
    app = install(world, bug.files)
    runs: list[tuple[str, Outcome, Outcome]] = []
    for arguments, right in zip(bug.witnesses, bug.expected, strict=True):
        done = execute(world, app.name, dict(arguments))
        runs.append((done.run, done.outcome, right))
    by = seen(world, app.name)
    told = False
    if by is None:
        for run, outcome, right in runs:
            if differ(outcome, right):
                say_wrong(world, run, word_of(right))
                told = True
                break
    return Noticed(
        bug=bug, by=NOTHING if by is None else by.failure, told=told, incident=seen(world, app.name)
    )


def seen(world: World, name: str) -> Incident | None:
    """Returns the newest open incident of an app."""
    return next(iter(Incidents(world.home.journal).all(name, open=True)), None)


def word_of(right: Outcome) -> Word:
    """Returns what a person says who knows the right outcome."""
    match right:
        case Value(output=output):
            return Word(expected=canonical(output))
        case Declared(error=error):
            return Word(error=error)
    raise ValueError("a failure is never right")
