"""An app: its files, parsed and validated once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeVar, get_args

from mapp.errors import InvalidApp, InvalidInput, Problem
from mapp.model.manifest import Manifest
from mapp.model.recording import Recording
from mapp.model.request import Phrase
from mapp.model.values import InvalidValue, JSONValue, canonical, parse

Row = TypeVar("Row")

MAX_SOURCE_LINES: Final = 1000
MAX_SOURCE_SIZE: Final = 256 * 1024
MAX_ROWS: Final = 10_000
MAX_RECORDINGS: Final = 200
MAX_RECORDING_SIZE: Final = 2**21

MANIFEST: Final = "mapp.toml"
SOURCE: Final = "main.js"
EXAMPLES: Final = "tests/examples.jsonl"
PHRASES: Final = "tests/requests.jsonl"
PROPERTIES: Final = "tests/properties.js"
REGRESSIONS: Final = "tests/regressions.jsonl"
RECORDING: Final = re.compile(r"tests/recordings/([A-Za-z0-9_][A-Za-z0-9._-]{0,99})\.json")

Valid = Literal["output", "any"]
"""What is right for an input whose right outcome nobody has stated."""

HELD_BACK: Final = 0.3
"""The share of an app's examples that is hidden from the coder."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """One input with its expected output or declared error.

    `now` (milliseconds since 1970-01-01 UTC) and `seed` are set if the answer depends on them;
    `recording` names the recording that answers its host calls. A regression may state no outcome, because
    nobody knows the right one. Its `valid` says what is right: an `output` that the schema accepts and that
    breaks no predicate, or `any` outcome, which includes declared errors.
    """

    input: tuple[tuple[str, JSONValue], ...]
    output: JSONValue = None
    error: str | None = None
    now: int | None = None
    seed: int | None = None
    recording: str | None = None
    valid: Valid | None = None

    @property
    def held_back(self) -> bool:
        """Returns whether the example is hidden from the coder; decided by a hash of the input."""
        digest = hashlib.sha256(canonical(dict(self.input)).encode()).digest()
        return int.from_bytes(digest[:4], "big") < HELD_BACK * 2**32

    @classmethod
    def from_dict(cls, document: object, path: str = "") -> Example:
        """Parses a row of `tests/examples.jsonl`.

        Raises:
            InvalidInput: lists every mistake with its path.
        """
        problems = list(_example_faults(document, path))
        if problems or not isinstance(document, Mapping):
            raise InvalidInput("a row of tests/examples.jsonl is not valid", problems)
        return cls(
            input=tuple(document["input"].items()),
            output=document.get("output"),
            error=document.get("error"),
            now=document.get("now"),
            seed=document.get("seed"),
            recording=document.get("recording"),
            valid=document.get("valid"),
        )

    def to_dict(self) -> dict[str, Any]:
        """Returns the row for `tests/examples.jsonl`."""
        document: dict[str, Any] = {"input": dict(self.input)}
        if self.valid is not None:
            document["valid"] = self.valid
        else:
            document |= {"output": self.output} if self.error is None else {"error": self.error}
        more = {"now": self.now, "seed": self.seed, "recording": self.recording}
        return document | {name: value for name, value in more.items() if value is not None}


@dataclass(frozen=True, kw_only=True, slots=True)
class App:
    """One app at one commit, validated.

    `regressions` are examples too: inputs that once failed and were healed.
    """

    manifest: Manifest
    source: str
    examples: tuple[Example, ...] = ()
    regressions: tuple[Example, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    properties: str = ""
    recordings: tuple[Recording, ...] = ()
    commit: str = ""
    tree: str = ""

    @property
    def name(self) -> str:
        """Returns the app's name."""
        return self.manifest.name

    @property
    def card(self) -> Card:
        """Returns the part of the app that routing needs."""
        return Card(manifest=self.manifest, phrases=self.phrases)


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """The part of an app that routing needs: its manifest and example requests."""

    manifest: Manifest
    phrases: tuple[Phrase, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Returns the card as a JSON object."""
        return {
            "manifest": self.manifest.to_dict(),
            "phrases": [phrase.to_dict() for phrase in self.phrases if not phrase.learned],
            "learned": [phrase.to_dict() for phrase in self.phrases if phrase.learned],
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Card:
        """Returns the card that `to_dict` wrote."""
        own = [Phrase.from_dict(row) for row in document["phrases"]]
        learned = [replace(Phrase.from_dict(row), learned=True) for row in document.get("learned", ())]
        return cls(manifest=Manifest.from_dict(document["manifest"]), phrases=(*own, *learned))


def read_app(files: Mapping[str, bytes], *, commit: str = "", tree: str = "", strict: bool = True) -> App:
    """Parses an app from its files (path -> content).

    With `strict` off, only what a run needs is read: manifest, source, and the predicates as they are.

    Raises:
        InvalidApp: lists every mistake with its file and path.
    """
    problems: list[Problem] = []
    manifest = _manifest(files, problems)
    source = _text(files, SOURCE, problems, needed=True)
    problems.extend(_source_faults(source))
    examples: tuple[Example, ...] = ()
    regressions: tuple[Example, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    properties = ""
    recordings: tuple[Recording, ...] = ()
    if strict:
        examples = _rows(files, EXAMPLES, Example.from_dict, problems)
        regressions = _rows(files, REGRESSIONS, Example.from_dict, problems)
        phrases = _rows(files, PHRASES, Phrase.from_dict, problems)
        properties = _text(files, PROPERTIES, problems, needed=False)
        recordings = _recordings(files, problems)
        problems.extend(_unnamed(examples, EXAMPLES, recordings))
        problems.extend(_unnamed(regressions, REGRESSIONS, recordings))
    else:
        properties = files.get(PROPERTIES, b"").decode("utf-8", errors="replace")
    if problems or manifest is None:
        raise InvalidApp("this is not a valid app", problems, hint="to start from a valid one: mapp new NAME")
    return App(
        manifest=manifest,
        source=source,
        examples=examples,
        regressions=regressions,
        phrases=phrases,
        properties=properties,
        recordings=recordings,
        commit=commit,
        tree=tree,
    )


def content_hash(files: Mapping[str, bytes]) -> str:
    """Returns `sha256:` and the hash of `mapp1` and the sorted lines `mode sha256(blob) path`.

    It does not depend on git's object format.
    """
    lines = [f"100644 {hashlib.sha256(data).hexdigest()} {path}" for path, data in sorted(files.items())]
    return "sha256:" + hashlib.sha256("\n".join(["mapp1", *lines]).encode()).hexdigest()


def _manifest(files: Mapping[str, bytes], problems: list[Problem]) -> Manifest | None:
    text = _text(files, MANIFEST, problems, needed=True)
    if not text:
        return None
    try:
        return Manifest.from_toml(text)
    except InvalidInput as error:
        found = error.problems or (Problem(path="", message=error.message.removeprefix("mapp.toml ")),)
        problems.extend(Problem(path=_joined(MANIFEST, row.path), message=row.message) for row in found)
        return None


def _text(files: Mapping[str, bytes], path: str, problems: list[Problem], *, needed: bool) -> str:
    data = files.get(path)
    if data is None or (needed and not data.strip()):
        if needed:
            problems.append(Problem(path=path, message="is missing" if data is None else "is empty"))
        return ""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        problems.append(Problem(path=path, message=f"is not UTF-8 at byte {error.start}"))
        return ""


def _source_faults(source: str) -> list[Problem]:
    found = []
    if source.count("\n") >= MAX_SOURCE_LINES:
        found.append(Problem(path=SOURCE, message=f"has {MAX_SOURCE_LINES} lines or more"))
    if len(source) > MAX_SOURCE_SIZE:
        found.append(Problem(path=SOURCE, message=f"is larger than {MAX_SOURCE_SIZE // 1024} KiB"))
    return found


def _rows(
    files: Mapping[str, bytes], path: str, read: Callable[[object, str], Row], problems: list[Problem]
) -> tuple[Row, ...]:
    lines = _text(files, path, problems, needed=False).split("\n")
    if sum(map(bool, map(str.strip, lines))) > MAX_ROWS:
        problems.append(Problem(path=path, message=f"has more than {MAX_ROWS} rows"))
        return ()
    found: list[Row] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found.append(read(parse(line, what="the row"), f"{path}:{number}"))
            except InvalidValue as error:
                detail = "; ".join([error.message, *map(str, error.problems)])
                problems.append(Problem(path=f"{path}:{number}", message=detail))
            except InvalidInput as error:
                problems.extend(error.problems)
    return tuple(found)


def _recordings(files: Mapping[str, bytes], problems: list[Problem]) -> tuple[Recording, ...]:
    found = []
    names = {path: match[1] for path in sorted(files) if (match := RECORDING.fullmatch(path))}
    if len(names) > MAX_RECORDINGS:
        problems.append(Problem(path="tests/recordings", message=f"holds more than {MAX_RECORDINGS} files"))
        return ()
    for path, name in names.items():
        text = _text(files, path, problems, needed=True)
        try:
            if text:
                document = parse(text, what="the recording", longest=MAX_RECORDING_SIZE)
                found.append(Recording.from_dict(document, name, path))
        except InvalidValue as error:
            detail = "; ".join([error.message, *map(str, error.problems)])
            problems.append(Problem(path=path, message=detail))
        except InvalidInput as error:
            problems.extend(error.problems)
    return tuple(found)


def _unnamed(rows: Iterable[Example], path: str, recordings: Iterable[Recording]) -> Iterator[Problem]:
    """Yields a problem for each row that names a missing recording."""
    known = {recording.name for recording in recordings}
    for number, row in enumerate(rows, 1):
        if row.recording is not None and row.recording not in known:
            message = f"names {row.recording!r}, but there is no tests/recordings/{row.recording}.json"
            yield Problem(path=f"{path}:{number}.recording", message=message)


_STATED: Final = ("output", "error", "valid")
"""The keys of a row that say what is right; each row has one of them."""


def _example_faults(document: object, path: str) -> list[Problem]:
    if not isinstance(document, Mapping):
        return [Problem(path=path, message="must be an object")]
    found = [
        Problem(path=f"{path}.{key}", message="is not a known key")
        for key in document
        if key not in (*_STATED, "input", "now", "seed", "recording")
    ]
    if not isinstance(document.get("input"), Mapping):
        found.append(Problem(path=f"{path}.input", message="must be an object"))
    if sum(key in document for key in _STATED) != 1:
        found.append(Problem(path=path, message="must have either an output or an error"))
    if "valid" in document and not path.startswith(REGRESSIONS):
        found.append(Problem(path=f"{path}.valid", message=f"is allowed only in {REGRESSIONS}"))
    if document.get("valid", "any") not in get_args(Valid):
        found.append(Problem(path=f"{path}.valid", message=f"must be one of {', '.join(get_args(Valid))}"))
    for key in ("now", "seed"):
        value = document.get(key, 0)
        if not isinstance(value, int) or isinstance(value, bool):
            found.append(Problem(path=f"{path}.{key}", message="must be a whole number"))
    for key in ("error", "recording"):
        if not isinstance(document.get(key, ""), str):
            found.append(Problem(path=f"{path}.{key}", message="must be a text"))
    return found


def _joined(file: str, path: str) -> str:
    return f"{file}: {path}" if path else file
