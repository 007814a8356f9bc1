"""Uses an app with a bug, and looks whether mapp notices it: by itself, or with a person's word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from benchmarks.classify.library import World, install
from benchmarks.heal.corpus import Bug
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

    `run` is the first run with a wrong answer. `incident` is the one that a fix starts from, None if there is
    none even after a person's word.
    """

    bug: Bug
    by: str
    run: str
    told: bool
    incident: Incident | None


def use(world: World, bug: Bug) -> Noticed:
    """Installs and uses an app with a bug; where nothing was noticed, a person says what is right."""
    app = install(world, bug.files)
    for arguments in bug.usual:
        execute(world, app.name, dict(arguments))
    runs = [execute(world, app.name, dict(arguments)).run for arguments in bug.witnesses]
    by = seen(world, app.name)
    if by is not None:
        return Noticed(bug=bug, by=by.failure, run=runs[0], told=False, incident=by)
    return Noticed(bug=bug, by=NOTHING, run=runs[0], told=True, incident=told(world, bug, runs[0]))


def told(world: World, bug: Bug, run: str) -> Incident | None:
    """Says what is right for the first input of a bug, as a person would; returns the incident of its run."""
    say_wrong(world, run, word_of(bug.expected[0]))
    found = Incidents(world.home.journal).of_run(run)
    return next((row for row in found if row.state == "open" and row.expected), None)


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
