"""Plays the cases of one app, each in a copy of its library, and returns what mapp said of each.

A fault counts as *seen* if the host could see it: a run failed, an error was raised, a predicate does not
hold for the answer, or the answer of a service with a fault had another form than it ever had. A fault that
changes nothing for the person who waits is *harmless*, and one that changes an answer without any of these is
*silent*. Only what is seen belongs into the matrix; the rest is counted.
"""

from __future__ import annotations

import contextlib
import json
import re
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from benchmarks.classify import network, unseen
from benchmarks.classify.injectors import Case, NoFault, cases
from benchmarks.classify.inputs import INPUTS
from benchmarks.classify.library import (
    KEY,
    Engines,
    Template,
    copied,
    engines,
    failing_apps,
    opened,
    secrets_of,
    starter_apps,
    template,
)
from benchmarks.classify.network import Network
from benchmarks.classify.scene import KEY_OF_ENGINE, NONE, Ended, Scene, same_end, shape
from mapp.config import DEFAULT_ENGINE
from mapp.keys import set_key
from mapp.model.app import App, read_app
from mapp.model.arguments import with_defaults
from mapp.model.outcome import Declared, Value, outcome_name
from mapp.model.recording import Exchange, read_recording
from mapp.model.values import canonical
from mapp.sandbox.executor import Executor
from mapp.validate.evaluation import ExampleRow, fault

STARTERS: Final = (
    "csv-to-json", "date-add", "discount", "duration-parse", "loan-payment", "luhn-check",
    "password-generate", "prime-factors", "roman-decode", "slugify", "vat", "week-number",
)  # fmt: skip
SEED: Final = 12
IN_CODE: Final = frozenset(["code_bug", "regression"])
"""Faults with which all services are well: another form of an answer says that the app asked otherwise."""
ORDINARY: Final = frozenset([400, 404, 410, 422])
"""Statuses with which services say that there is no such thing; an app that says so has understood them."""
_PREDICATE: Final = re.compile(r"^function ((?:prop|throws)_\w+)\(", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Played:
    """How one case ended: `said` is the class that mapp gave it, `seen` is `seen`, `harmless` or `silent`.

    `unseen` and `number` are those of the case.
    """

    app: str
    part: str
    label: str
    fault: str
    said: str
    seen: str
    threw: bool
    ended: str
    unseen: bool = False
    number: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Returns it as a JSON object."""
        return asdict(self)


def names() -> tuple[str, ...]:
    """Returns the apps that faults are injected into."""
    return (*sorted(failing_apps()), *STARTERS)


def part_of(name: str) -> str:
    """Returns whether an app is for tuning the rules or for judging them: every other one of each kind."""
    group = STARTERS if name in STARTERS else sorted(failing_apps())
    return ("judging", "tuning")[group.index(name) % 2]


def listed(name: str, every: int = 1, at: int = 0, *, only_unseen: bool = False) -> dict[int, Case]:
    """Returns the cases of one app, by their numbers; with `every`, one in so many, from number `at`.

    `only_unseen` leaves out what was written by people who may know the rules.
    """
    files = failing_apps().get(name) or starter_apps()[name]
    app = read_app(files)
    template = Template(folder=Path(), app=app, files=files, inputs=_inputs(app))
    every_one = enumerate([*cases(template, SEED), *unseen.cases(template, SEED)])
    wanted = [(number, case) for number, case in every_one if case.unseen or not only_unseen]
    return dict(wanted[at % every :: every])


def play_app(name: str, numbers: Collection[int], rows: Path | None = None) -> list[Played]:
    """Returns how some cases of one app ended, by their numbers; each is added to the file `rows` at once."""
    files = failing_apps().get(name) or starter_apps()[name]
    with (
        network.opened() as web,
        tempfile.TemporaryDirectory() as place,
        engines() as shared,
    ):
        stage = Stage(Path(place), files, web, shared)
        known = enumerate([*cases(stage.used, SEED), *unseen.cases(stage.used, SEED)])
        chosen = [replace(case, number=number) for number, case in known if number in numbers]
        found: list[Played] = []
        for played in stage.played(chosen):
            found.append(played)
            if rows is not None:
                with rows.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps(played.to_dict(), ensure_ascii=False) + "\n")
        return found


def read_rows(path: Path | None) -> list[Played]:
    """Returns the cases that a file of rows has; a line that was cut off does not count."""
    found: list[Played] = []
    for line in path.read_text(encoding="utf-8").splitlines() if path is not None and path.is_file() else ():
        with contextlib.suppress(ValueError, TypeError):
            found.append(Played(**json.loads(line)))
    return found


def _inputs(app: App) -> tuple[Mapping[str, Any], ...]:
    rows = INPUTS.get(app.name) or [dict(row.input) for row in app.examples if row.error is None]
    return tuple(rows)


class Stage:
    """The libraries of one app: one in which it has been used, and one that does not have it."""

    def __init__(self, place: Path, files: Mapping[str, bytes], web: Network, shared: Engines) -> None:
        self.web = web
        self.shared = shared
        inputs = _inputs(read_app(files))
        self.used = _made(place / "used", files, inputs, web, shared)
        self.bare = _made(place / "bare", files, (), web, shared, bare=True)
        self.usual = self._usual(inputs)
        self._healthy_ends: dict[str, list[Ended]] = {}

    def _usual(self, inputs: Sequence[Mapping[str, Any]]) -> list[set[tuple[str, str]]]:
        """Returns the forms of the answers that the services give while all is well."""
        with copied(self.used, self.web, self.shared) as world:
            scene = Scene(world, self.used)
            return [shapes(exchanges(scene, scene.use(row))) for row in inputs]

    def played(self, chosen: Sequence[Case]) -> Iterator[Played]:
        """Yields how each case ended."""
        for number, case in enumerate(chosen, 1):
            found = self.play(case)
            yield found
            line = (
                f"{number}/{len(chosen)} {case.app} {case.label} ({case.fault}): {found.said}, {found.seen}"
            )
            print(line, file=sys.stderr, flush=True)

    def play(self, case: Case) -> Played:
        """Returns how one case ended."""
        start = self.bare if case.first else self.used
        settings = {KEY_OF_ENGINE: case.engine} if case.engine else {}
        self.web.heal()
        with copied(start, self.web, self.shared, **settings) as world:
            scene = Scene(world, start)
            seen = ""
            try:
                case.play(scene)
            except NoFault:
                seen = "harmless"
            finally:
                self.web.heal()
            seen = seen or self.seen(case, scene)
            return Played(
                app=case.app,
                part=part_of(case.app),
                label=case.label,
                fault=case.fault,
                said=scene.said(),
                seen=seen,
                threw=any(row.threw for row in scene.ended),
                ended=", ".join(map(_words, scene.ended)),
                unseen=case.unseen,
                number=case.number,
            )

    def seen(self, case: Case, scene: Scene) -> str:
        """Returns whether the host could see the fault."""
        if case.label in (NONE, "expectation") or any(row.threw for row in scene.ended):
            return "seen"
        healthy = self._healthy(scene)
        if all(same_end(row.outcome, good.outcome) for row, good in zip(scene.ended, healthy, strict=True)):
            if case.label == "test_bug" and self._breaks(scene):
                return "seen"
            tried = case.label == "security" and any(_refused(scene, end) for end in scene.ended)
            return "seen" if tried else "harmless"
        if self._breaks(scene) or (case.label not in IN_CODE and self._other_form(scene)):
            return "seen"
        return "silent"

    def _healthy(self, scene: Scene) -> list[Ended]:
        """Returns how the same uses end with the right app and healthy services."""
        key = canonical([dict(row) for row in scene.asked])
        if key not in self._healthy_ends:
            with copied(self.used, self.web, self.shared) as world:
                good = Scene(world, self.used)
                self._healthy_ends[key] = [good.use(row) for row in scene.asked]
        return self._healthy_ends[key]

    def _breaks(self, scene: Scene) -> bool:
        rows = [
            ExampleRow(arguments=with_defaults(scene.app.manifest, dict(row)), outcome=end.outcome)
            for row, end in zip(scene.asked, scene.ended, strict=True)
            if isinstance(end.outcome, Value | Declared)
        ]
        return any(_broken(self.shared[DEFAULT_ENGINE], scene.app, row) for row in rows)

    def _other_form(self, scene: Scene) -> bool:
        """Returns whether an answer of a service was unlike all that came while all was well."""
        possible = set().union(*self.usual) if self.usual else set()
        certain = set.intersection(*self.usual) if self.usual else set()
        for end in scene.ended:
            rows = exchanges(scene, end)
            if any(row.code for row in rows):
                return True
            statuses = {json.loads(row.answer)["status"] for row in rows if row.name == "http"}
            if any(status >= 400 and status not in ORDINARY for status in statuses):
                return True
            found = shapes(rows)
            if max(statuses, default=0) < 400 and (found - possible or certain - found):
                return True
        return False


def _made(
    place: Path,
    files: Mapping[str, bytes],
    inputs: tuple[Mapping[str, Any], ...],
    web: Network,
    shared: Engines,
    *,
    bare: bool = False,
) -> Template:
    place.mkdir(parents=True)
    world = opened(place, web, shared)
    try:
        if not bare:
            return template(place, files, inputs, world)
        app = read_app(files)
        for name in secrets_of(app):
            set_key(world.config.config_file, name, KEY)
        return Template(folder=place, app=app, files=files, inputs=_inputs(app))
    finally:
        world.close()


def exchanges(scene: Scene, end: Ended) -> tuple[Exchange, ...]:
    """Returns the host calls of a run."""
    if not end.run:
        return ()
    _, calls = scene.world.journal.run(end.run)
    return read_recording(calls) if calls is not None else ()


def _refused(scene: Scene, end: Ended) -> bool:
    return any(row.code for row in exchanges(scene, end))


def shapes(rows: Sequence[Exchange]) -> set[tuple[str, str]]:
    """Returns the forms of the good answers in a run, by method."""
    found: set[tuple[str, str]] = set()
    for row in rows:
        if row.name != "http" or row.code:
            continue
        answer, (asked,) = json.loads(row.answer), json.loads(row.arguments)
        if answer["status"] >= 400:
            continue
        try:
            body = json.loads(answer["body"])
        except ValueError:
            body = "no JSON"
        found |= {(f"{asked.get('method', 'GET')} {path}", kind) for path, kind in shape(body)}
    return found


def _broken(executor: Executor, app: App, row: ExampleRow) -> bool:
    return any(fault(executor, app, name, row) for name in _PREDICATE.findall(app.properties))


def _words(end: Ended) -> str:
    return end.raised or ("nothing" if end.outcome is None else outcome_name(end.outcome))
