"""Wrong patches and honest rewrites, as people and models write them, for twenty-eight apps.

Half are starter apps; the others, in `benchmarks/data/wrong_patches/apps`, have ordinary hand-written tests.
`benchmarks/data/wrong_patches/APP.toml` has the patches of an app. A wrong patch has the intention behind it,
the kind of its fault, and a witness: a valid input for which its answer differs. An honest rewrite changes as
much and no answer at all. The patches were written without looking at the operators of the mutation score.
"""

from __future__ import annotations

import json
import random
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import mapp.starter
from benchmarks.healing import differ, outcomes
from mapp.errors import InvalidInput
from mapp.library.app_folder import read_folder
from mapp.model.app import App, read_app
from mapp.model.arguments import with_defaults
from mapp.model.values import canonical
from mapp.sandbox.executor import Executor
from mapp.validate.generate.drawing import draw
from mapp.validate.trial import Arguments

FOLDER: Final = Path(__file__).resolve().parents[1] / "data" / "wrong_patches"
STARTER: Final = Path(mapp.starter.__file__).parent / "apps"
SEED: Final = 90_210
DRAWN: Final = 800
VARIED: Final = 1600
"""How many inputs are drawn from the schema, and made from the examples, to compare an honest rewrite."""
CHUNK: Final = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Patch:
    """A patch of an app's source: find and replace, in order.

    `fault` is the kind of the fault and `witness` an input that shows it; an honest rewrite has neither.
    """

    why: str
    edits: tuple[tuple[str, str], ...]
    fault: str = ""
    witness: Arguments | None = None

    @property
    def wrong(self) -> bool:
        """Returns whether the patch changes an answer."""
        return self.witness is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Patched:
    """An app with its whole tree (path -> bytes) and its patches; `tests` says who wrote the tests."""

    name: str
    tests: str
    files: dict[str, bytes]
    patches: tuple[Patch, ...]

    @property
    def app(self) -> App:
        """Returns the app without any patch."""
        return read_app(self.files)

    def with_patch(self, patch: Patch) -> dict[str, bytes]:
        """Returns the tree with a patched source and the next patch version."""
        manifest = self.files["mapp.toml"].decode()
        assert 'version = "1.0.0"' in manifest
        return {
            **self.files,
            "main.js": source_of(self.files["main.js"].decode(), patch).encode(),
            "mapp.toml": manifest.replace('version = "1.0.0"', 'version = "1.0.1"', 1).encode(),
        }


def apps() -> Iterator[Patched]:
    """Yields the apps in the order of their names."""
    for path in sorted(FOLDER.glob("*.toml")):
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        folder = (STARTER if document["app"] == "starter" else FOLDER / "apps") / path.stem
        yield Patched(
            name=path.stem,
            tests=document["app"],
            files=dict(read_folder(folder)[0]),
            patches=tuple(map(_patch, [*document["wrong"], *document["honest"]])),
        )


def source_of(source: str, patch: Patch) -> str:
    """Returns a patched source.

    Raises:
        ValueError: the source does not have the text to replace, or has it more than once.
    """
    for find, put in patch.edits:
        if source.count(find) != 1:
            raise ValueError(f"{patch.why}: {source.count(find)} times in the source: {find}")
        source = source.replace(find, put)
    return source


def tells(one: App, other: App, arguments: Arguments, executor: Executor) -> bool:
    """Returns whether two apps answer differently for a complete input."""
    (first,), (second,) = outcomes(one, [arguments], executor), outcomes(other, [arguments], executor)
    return differ(first, second)


def difference(patched: Patched, patch: Patch, inputs: Sequence[Arguments], executor: Executor) -> str:
    """Returns the first input for which a patch changes the answer, as JSON; "" if there is none."""
    old = patched.app
    new = replace(old, source=source_of(old.source, patch))
    for start in range(0, len(inputs), CHUNK):
        rows = inputs[start : start + CHUNK]
        ends = zip(rows, outcomes(old, rows, executor), outcomes(new, rows, executor), strict=True)
        for row, before, after in ends:
            if differ(before, after):
                return canonical(dict(row))
    return ""


def inputs_of(patched: Patched, *, sample: int = 0) -> list[Arguments]:
    """Returns thousands of valid inputs: examples and witnesses, variations of them, and drawn ones.

    With a sample, only so many variations are made and so many inputs drawn.
    """
    app = patched.app
    witnesses = [patch.witness for patch in patched.patches if patch.witness is not None]
    known = [dict(row.input) for row in app.examples] + witnesses
    known = [with_defaults(app.manifest, row) for row in known]
    drawn = draw(app.manifest, sample or DRAWN, seed=SEED, examples=known).inputs
    found = [*known, *varied(known, sample or VARIED), *drawn]
    return [row for row in {canonical(dict(row)): row for row in found}.values() if _valid(app, row)]


def varied(known: Sequence[Arguments], count: int) -> Iterator[Arguments]:
    """Yields inputs made from known ones: arguments exchanged, and one of them changed a little."""
    chance = random.Random(SEED)
    for _ in range(count):
        row = dict(chance.choice(known))
        for name in row:
            if chance.random() < 0.3:
                row[name] = chance.choice(known).get(name, row[name])
        name = chance.choice(sorted(row))
        row[name] = _changed(row[name], chance)
        yield row


def _changed(value: Any, chance: random.Random) -> Any:
    match value:
        case bool():
            return not value
        case int():
            return value + chance.choice([-1000, -100, -60, -30, -10, -2, -1, 0, 1, 2, 10, 30, 60, 100, 1000])
        case float():
            return round(value * chance.choice([1, 1, 10, 0.1, 3]) + chance.randint(-3000, 3000) / 1000, 3)
        case str():
            return _changed_text(value, chance)
        case list() if value:
            at = chance.randrange(len(value))
            instead = chance.choice([[], [value[at]] * 2, [_changed(value[at], chance)]])
            return [*value[:at], *instead, *value[at + 1 :]]
        case dict() if value:
            name = chance.choice(sorted(value))
            return {**value, name: _changed(value[name], chance)}
    return value


def _changed_text(text: str, chance: random.Random) -> str:
    letters = list(text)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(letters) + 1)
        if letters and at < len(letters) and letters[at].isdigit() and chance.random() < 0.7:
            letters[at] = str(chance.randint(0, 9))
        elif letters and chance.random() < 0.5:
            letters[at : at + chance.randint(1, 3)] = chance.choice(
                [[], letters[at : at + 1] * 2, letters[:3]]
            )
        else:
            letters.insert(at, chance.choice([*letters, *" \t\n-.,+0aZé'\"#x"]))
    return "".join(letters)


def _valid(app: App, arguments: Arguments) -> bool:
    try:
        with_defaults(app.manifest, arguments)
    except InvalidInput:
        return False
    return True


def _patch(row: dict[str, Any]) -> Patch:
    return Patch(
        why=row["why"],
        edits=tuple((find, put) for find, put in row["edits"]),
        fault=row.get("fault", ""),
        witness=json.loads(row["witness"]) if "witness" in row else None,
    )
