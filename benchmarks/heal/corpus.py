"""Bugs in apps that are used: seeded ones in starter apps and exercises, and those of HumanEvalFix.

The tests of an app with a bug do not show it, or the app would never have landed: examples that fail are left
out. A bug needs an input that somebody could send and whose answer is wrong.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final

from benchmarks import exercises, token_mutants
from benchmarks.classify.library import starter_apps
from benchmarks.gate import docstrings
from benchmarks.healing import differ, outcomes
from benchmarks.route.data import NoData
from mapp.classify.facts import LIMITS
from mapp.errors import MappError
from mapp.model.app import EXAMPLES, SOURCE, App, read_app
from mapp.model.arguments import with_defaults
from mapp.model.outcome import Declared, Failed, Outcome, Value
from mapp.model.values import canonical
from mapp.sandbox.executor import Executor
from mapp.validate.generate.drawing import draw
from mapp.validate.mutation.mutants import sampled_mutants
from mapp.validate.trial import Arguments

PER_STARTER: Final = 3
PER_EXERCISE: Final = 4
CANDIDATES: Final = 20
OTHERS: Final = 8
"""How many mutants of an app are tried, to find those that change an answer, for bugs and for wrong fixes."""
WITNESSES: Final = 5
"""How often the app is used on an input with a wrong answer."""
USUAL: Final = 10
"""How often the app is used on an input for which it is right."""
FEW: Final = 3
"""How many inputs are examples if no other is left, and how many a mutant runs on first."""
DRAWN: Final = 60
SEED: Final = 4_711
"""What people send is drawn with this seed where nobody wrote it down; the gate and the judge have others."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bug:
    """An app with a bug (path -> bytes), the right program, and inputs for which the answers differ.

    `other` is another wrong program. `known` are all inputs that are written down, for the judge. `usual` are
    some for which the app is right.
    """

    name: str
    source: str
    kind: str
    files: Mapping[str, bytes] = field(repr=False)
    right: str = field(repr=False)
    other: str = field(repr=False)
    witnesses: tuple[Arguments, ...]
    expected: tuple[Outcome, ...]
    known: tuple[Arguments, ...] = field(repr=False)
    usual: tuple[Arguments, ...] = field(repr=False)

    @property
    def app(self) -> App:
        """Returns the app with the bug."""
        return read_app(self.files)

    @property
    def sound(self) -> App:
        """Returns the app without the bug."""
        return replace(self.app, source=self.right)


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Where bugs come from: a starter app, an exercise, or a function of HumanEvalFix, by its name."""

    source: str
    name: str


def origins(every: int = 1) -> list[Origin]:
    """Returns all apps to make bugs in, or one in so many; sets of data that are missing are left out."""
    found = {"starter": list(starter_apps()), "Exercism": [], "HumanEvalFix": []}
    if exercises.data_folder() is not None:
        found["Exercism"] = list(exercises.names())
    with suppress(NoData):
        found["HumanEvalFix"] = [row.task for row in docstrings.bugs()]
    return [Origin(source=source, name=name) for source, names in found.items() for name in names[::every]]


def bugs(origin: Origin, executor: Executor) -> Iterator[Bug]:
    """Yields the bugs of one app."""
    yield from MAKERS[origin.source](origin.name, executor)


def of_starter(name: str, executor: Executor) -> Iterator[Bug]:
    """Yields bugs in a starter app; none if it calls the host."""
    files = starter_apps()[name]
    app = read_app(files)
    if not app.manifest.capabilities.names:
        rows = [dict(row.input) for row in app.examples]
        yield from seeded("starter", files, rows, PER_STARTER, executor)


def of_exercise(name: str, executor: Executor) -> Iterator[Bug]:
    """Yields bugs in an app of `tests/corpus`; used on the cases that its tests do not have."""
    folder = exercises.data_folder()
    assert folder is not None
    exercise = exercises.load(name, folder)
    rows = [dict(row.input) for row in (*exercise.held_back, *exercise.shown)]
    yield from seeded("Exercism", exercise.files, rows, PER_EXERCISE, executor)


def of_docstring(task: str, executor: Executor) -> Iterator[Bug]:
    """Yields the bug of HumanEvalFix in a function whose contract can be read, if an input shows it.

    The app is used on the stated examples and on drawn inputs.
    """
    table = docstrings.contracts()
    row = next(row for row in docstrings.bugs() if row.task == task)
    try:
        files = docstrings.files_of(row, row.right, table)
        app = read_app(files)
    except (MappError, KeyError):
        return  # nobody has written a contract for it
    stated = [with_defaults(app.manifest, dict(example.input)) for example in app.examples]
    drawn = draw(app.manifest, DRAWN, seed=SEED, examples=stated).inputs
    wrong = docstrings.files_of(row, row.buggy, table)[SOURCE].decode()
    known = [*stated, *drawn]
    right = outcomes(app, known, executor)
    others = [source for _, source in wrong_programs(app, known, right, executor, OTHERS)]
    found = made("HumanEvalFix", row.kind, files, wrong, others, known, right, executor)
    if found is not None:
        yield found


MAKERS: Final[Mapping[str, Callable[[str, Executor], Iterator[Bug]]]] = {
    "starter": of_starter,
    "Exercism": of_exercise,
    "HumanEvalFix": of_docstring,
}


def seeded(
    source: str, files: Mapping[str, bytes], rows: Iterable[Mapping[str, Any]], most: int, executor: Executor
) -> Iterator[Bug]:
    """Yields so many bugs of an app, of different kinds where there are some."""
    app = read_app(files)
    known = unique(with_defaults(app.manifest, dict(row)) for row in rows)
    right = outcomes(app, known, executor)
    chosen = list(wrong_programs(app, known, right, executor))
    for kind, wrong in chosen[:most]:
        others = [other for _, other in chosen if other != wrong]
        found = made(source, kind, files, wrong, others, known, right, executor)
        if found is not None:
            yield found


def wrong_programs(
    app: App,
    known: Sequence[Arguments],
    right: Sequence[Outcome],
    executor: Executor,
    most: int = CANDIDATES,
) -> Iterator[tuple[str, str]]:
    """Yields programs that answer a known input wrongly, with the kind of the change, in turns.

    Programs that reach a limit on some input are left out: each of their runs takes seconds, and every one
    would be noticed.
    """
    found: dict[str, list[str]] = {}
    for kind, source in candidates(app, most):
        ends: list[Outcome] = []
        while len(ends) < len(known) and not any(map(_is_limited, ends)):
            ends += outcomes(
                replace(app, source=source), known[len(ends) :][: FEW * (len(ends) + 1)], executor
            )
        if not any(map(_is_limited, ends)) and any(map(differ, ends, right)):
            found.setdefault(kind, []).append(source)
    longest = max(map(len, found.values()), default=0)
    for turn in range(longest):
        for kind, sources in found.items():
            if turn < len(sources):
                yield kind, sources[turn]


def _is_limited(end: Outcome) -> bool:
    return isinstance(end, Failed) and end.kind in LIMITS


def candidates(app: App, most: int) -> Iterator[tuple[str, str]]:
    """Yields mutants of an app: by the gate's operators, and of single tokens, in turns."""
    own = sampled_mutants(app.source, app.manifest.error_codes, seed=SEED)
    other = iter(token_mutants.mutants(app.source))
    for _ in range(most // 2):
        if (mutant := next(own, None)) is not None:
            yield mutant.operator, mutant.source
        if (token := next(other, None)) is not None:
            yield "token", token.source


def made(
    source: str,
    kind: str,
    files: Mapping[str, bytes],
    wrong: str,
    others: Sequence[str],
    known: Sequence[Arguments],
    right: Sequence[Outcome],
    executor: Executor,
) -> Bug | None:
    """Returns a bug with the inputs that show it, None if none does or if the program is never right.

    If all examples show the bug, inputs for which the program is right take their place.
    """
    app = read_app(files)
    ends = outcomes(replace(app, source=wrong), known, executor)
    pairs = [(row, good) for row, end, good in zip(known, ends, right, strict=True) if differ(end, good)]
    shown = [(row, good) for row, good in pairs if not isinstance(good, Failed)][:WITNESSES]
    shows = {canonical(dict(row)) for row, _ in pairs}
    sound = [
        (row, good)
        for row, good in zip(known, right, strict=True)
        if canonical(dict(row)) not in shows and not isinstance(good, Failed)
    ]
    left = [
        row.to_dict()
        for row in app.examples
        if canonical(dict(with_defaults(app.manifest, dict(row.input)))) not in shows
    ] or [_example(*pair) for pair in sound[:FEW]]
    if not shown or not left:
        return None
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in left)
    digest = hashlib.sha256(wrong.encode()).hexdigest()[:8]
    return Bug(
        name=f"{app.name} {digest}",
        source=source,
        kind=kind,
        files={**files, SOURCE: wrong.encode(), EXAMPLES: text.encode()},
        right=files[SOURCE].decode(),
        other=_plausible(app, shown, others, executor) or wrong,
        witnesses=tuple(row for row, _ in shown),
        expected=tuple(good for _, good in shown),
        known=tuple(known),
        usual=tuple(row for row, _ in sound[:USUAL]),
    )


def _example(arguments: Arguments, outcome: Outcome) -> dict[str, Any]:
    """Returns an example that states an outcome."""
    assert isinstance(outcome, Value | Declared)
    said = {"error": outcome.error} if isinstance(outcome, Declared) else {"output": outcome.output}
    return {"input": dict(arguments), **said}


def _plausible(
    app: App, shown: Sequence[tuple[Arguments, Outcome]], others: Sequence[str], executor: Executor
) -> str:
    """Returns a wrong program that is right where the bug was noticed, if there is one."""
    for source in others:
        (end,) = outcomes(replace(app, source=source), [shown[0][0]], executor)
        if not differ(end, shown[0][1]):
            return source
    return others[0] if others else ""


def unique(rows: Iterable[Arguments]) -> list[Arguments]:
    """Returns rows, each once."""
    return list({canonical(dict(row)): row for row in rows}.values())
