"""What was learned from each app's own requests, kept in one file per generation of the index."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from mapp.model.app import Card
from mapp.model.decision import Arguments
from mapp.model.request import Phrase, Request
from mapp.route.fill.cues import NO_CUES, Cues

FILE: Final = "lessons.sqlite"


class Lessons:
    """The cues of all apps, read one by one: a request needs those of a few candidates only."""

    def __init__(self, path: Path) -> None:
        address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        self._connection = sqlite3.connect(address, uri=True, check_same_thread=False)

    def of(self, app: str) -> Cues:
        """Returns the cues of an app; none where nothing was learned."""
        row = self._connection.execute("select cues from lessons where app = ?", (app,)).fetchone()
        return NO_CUES if row is None else Cues.from_dict(json.loads(row[0]))

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()


def write_lessons(
    path: Path, learned: Iterable[tuple[str, Cues]], apps: Iterable[str], previous: Path | None
) -> None:
    """Writes a new file: what `previous` holds of the `apps`, and what was learned anew."""
    if previous is not None:
        shutil.copyfile(previous, path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("create table if not exists lessons (app text primary key, cues text not null)")
        rows = [(app, json.dumps(cues.to_dict(), ensure_ascii=False)) for app, cues in learned]
        connection.executemany("insert or replace into lessons values (?, ?)", rows)
        known = {app for (app,) in connection.execute("select app from lessons")}
        connection.executemany("delete from lessons where app = ?", [(app,) for app in known - set(apps)])


VERBATIM_FILE: Final = "verbatim-2.sqlite"


class Verbatim:
    """What the tests of all apps say about requests, read one by one."""

    def __init__(self, path: Path) -> None:
        address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        self._connection = sqlite3.connect(address, uri=True, check_same_thread=False)

    def of(self, request: Request) -> tuple[str, Arguments] | None:
        """Returns the app whose tests hold a request, and its arguments; None where none or several do."""
        query = "select app, arguments, attached from verbatim where request = ? limit 2"
        rows = self._connection.execute(query, (request.text.strip(),)).fetchall()
        if len(rows) != 1:
            return None
        app, said, attached = rows[0]
        if (request.attachment is None) != (attached is None):
            return None
        arguments = json.loads(said)
        if attached is not None:
            arguments[attached] = request.attachment
        return app, tuple(arguments.items())

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()


def write_verbatim(
    path: Path, cards: Iterable[tuple[str, Card]], apps: Iterable[str], previous: Path | None
) -> None:
    """Writes a new file: what `previous` holds of the `apps`, and what the cards of changed ones say."""
    if previous is not None:
        shutil.copyfile(previous, path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "create table if not exists verbatim (request text, app text, arguments text, attached text)"
        )
        connection.execute("create index if not exists requests on verbatim (request)")
        connection.execute("create index if not exists apps on verbatim (app)")
        changed = dict(cards)
        known = {app for (app,) in connection.execute("select distinct app from verbatim")}
        gone = [(app,) for app in known & changed.keys() | known - set(apps)]
        connection.executemany("delete from verbatim where app = ?", gone)
        for app, card in changed.items():
            rows = [(text, app, arguments, attached) for text, arguments, attached in _rows(card)]
            connection.executemany("insert into verbatim values (?, ?, ?, ?)", rows)


def _rows(card: Card) -> Iterator[tuple[str, str, str | None]]:
    """Yields the requests of which an app says one thing only: text, arguments, what takes the attachment."""
    found: dict[str, set[tuple[str, str | None]]] = {}
    for phrase in card.phrases:
        if phrase.fits:
            found.setdefault(phrase.request.strip(), set()).add(_said(phrase))
    for text, said in found.items():
        if len(said) == 1:
            arguments, attached = said.pop()
            if attached != "":
                yield text, arguments, attached


def _said(phrase: Phrase) -> tuple[str, str | None]:
    """Returns the arguments but for the attachment, and which one takes it: None without one, "" for none."""
    arguments = dict(phrase.arguments)
    if phrase.attachment is None:
        return json.dumps(arguments, ensure_ascii=False), None
    takers = [name for name, value in arguments.items() if value == phrase.attachment]
    if len(takers) != 1:
        return json.dumps(arguments, ensure_ascii=False), ""
    del arguments[takers[0]]
    return json.dumps(arguments, ensure_ascii=False), takers[0]
