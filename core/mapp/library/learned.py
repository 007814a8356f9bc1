"""What this library learned from what people said: requests with the app and the arguments that they mean.

The file `learned.jsonl` has one row a line, as `tests/requests.jsonl` of an app, and in addition the app, the
run, and when it was said. The rows train the router of this library together with the app's own requests.
They belong to no app's repository. What a person said counts more than the app's own rows about the same
words; of several rows about one request and one app the last one counts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from mapp.errors import IntegrityError, MappError
from mapp.library.locks import Tell, holding
from mapp.library.paths import Home
from mapp.model.app import Card
from mapp.model.arguments import with_defaults
from mapp.model.names import app_name_fault
from mapp.model.request import MAX_REQUEST_LENGTH, Phrase
from mapp.model.values import InvalidValue, parse
from mapp.plain_files import read_plain, write_whole

MAX_ROWS: Final = 20_000
"""How many rows are kept; the oldest are forgotten."""
MAX_SIZE: Final = 64 * 1024 * 1024
_LOCK: Final = "learned"


@dataclass(frozen=True, kw_only=True, slots=True)
class Learned:
    """One row: `request` means `app`, with `arguments` if they are known; or, unless it `fits`, not this app.

    `at` is when it was said, in seconds since 1970-01-01 UTC; `run` is the run that it was said about.
    """

    app: str
    request: str
    run: str
    at: float
    fits: bool = True
    arguments: dict[str, Any] | None = None

    @property
    def id(self) -> str:
        """Returns the name of the row for `mapp unlearn`: a hash of the app and the request."""
        return hashlib.sha256(f"{self.app}\n{self.request}".encode()).hexdigest()[:12]

    def to_dict(self) -> dict[str, Any]:
        """Returns the row of the file."""
        said = {"arguments": self.arguments} if self.arguments is not None else {}
        return {
            "app": self.app,
            "request": self.request,
            **({} if self.fits else {"fits": False}),
            **said,
            "run": self.run,
            "at": round(self.at, 3),
        }

    @classmethod
    def from_dict(cls, document: Any) -> Learned:
        """Returns the row of a line; raises ValueError if it is none."""
        found = cls(
            app=document["app"],
            request=document["request"],
            run=document.get("run", ""),
            at=float(document.get("at", 0)),
            fits=document.get("fits", True),
            arguments=document.get("arguments"),
        )
        texts = (found.app, found.request, found.run)
        if (
            not all(isinstance(text, str) for text in texts)
            or app_name_fault(found.app)
            or not 0 < len(found.request) <= MAX_REQUEST_LENGTH
            or not isinstance(found.fits, bool)
            or not isinstance(found.arguments, dict | None)
        ):
            raise ValueError("it is not a row of that file")
        return found


def read_learned(home: Home) -> tuple[Learned, ...]:
    """Returns the rows, oldest first.

    Raises:
        IntegrityError: the file is damaged.
    """
    try:
        data = read_plain(home.learned_file, most=MAX_SIZE)
    except FileNotFoundError:
        return ()
    found: dict[str, Learned] = {}
    for number, line in enumerate(data.splitlines(), start=1):
        try:
            row = Learned.from_dict(parse(line.decode("utf-8"), what="the row"))
        except (ValueError, KeyError, TypeError, AttributeError, InvalidValue) as error:
            raise IntegrityError(
                f"{home.learned_file} is damaged in line {number}: {error}",
                hint="correct the line, or delete the file: then what was learned is forgotten",
            ) from None
        found.pop(row.id, None)
        found[row.id] = row
    return tuple(found.values())


def learn(home: Home, rows: Iterable[Learned], *, tell: Tell | None = None) -> None:
    """Adds rows; one about the same request and app replaces an older one.

    Raises:
        Busy: another process keeps writing the file.
        IntegrityError: the file is damaged.
    """
    with holding(home.holds, _LOCK, tell=tell):
        known = {row.id: row for row in read_learned(home)}
        for row in rows:
            known.pop(row.id, None)
            known[row.id] = row
        _write(home, known.values())


def unlearn(
    home: Home, identities: Collection[str] | None, *, tell: Tell | None = None
) -> tuple[Learned, ...]:
    """Removes the rows with these ids, or all, and returns them.

    Raises as `learn` does.
    """
    with holding(home.holds, _LOCK, tell=tell):
        known = read_learned(home)
        gone = tuple(row for row in known if identities is None or row.id in identities)
        if gone:
            _write(home, [row for row in known if row not in gone])
    return gone


def _write(home: Home, rows: Iterable[Learned]) -> None:
    lines = [json.dumps(row.to_dict(), ensure_ascii=False, sort_keys=True) for row in rows][-MAX_ROWS:]
    if not lines:
        home.learned_file.unlink(missing_ok=True)
        return
    write_whole(home.learned_file, "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogatepass"))


class LearnedRows:
    """The rows of a library by app, for building the index. From a damaged file nothing is learned."""

    def __init__(self, home: Home, tell: Tell | None = None) -> None:
        self._rows: dict[str, list[Learned]] = {}
        try:
            for row in read_learned(home):
                self._rows.setdefault(row.app, []).append(row)
        except MappError as error:
            if tell is not None:
                tell(error.message)

    def tree(self, app: str, tree: str) -> str:
        """Returns the app's git tree, with a hash of its rows if there are any."""
        rows = self._rows.get(app)
        if not rows:
            return tree
        text = json.dumps([row.to_dict() for row in rows], sort_keys=True)
        return f"{tree}+{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"

    def card(self, app: str, card: Card) -> Card:
        """Returns an app's card with the rows that fit it, in place of its own about the same requests."""
        rows = self._rows.get(app, ())
        more = [phrase for row in rows if (phrase := _phrase(card, row)) is not None]
        if not more:
            return card
        said = {phrase.request for phrase in more}
        own = [phrase for phrase in card.phrases if phrase.request not in said]
        return replace(card, phrases=(*own, *more))

    def requests(self, app: str) -> tuple[str, ...]:
        """Returns the requests that mean an app, whatever its arguments are."""
        return tuple(row.request for row in self._rows.get(app, ()) if row.fits and row.arguments is None)


def _phrase(card: Card, row: Learned) -> Phrase | None:
    if not row.fits:
        return Phrase(request=row.request, fits=False, why="a person said so", learned=True)
    if row.arguments is None:
        return None
    try:
        with_defaults(card.manifest, row.arguments)
    except MappError:
        return None
    return Phrase(request=row.request, fits=True, arguments=tuple(row.arguments.items()), learned=True)
