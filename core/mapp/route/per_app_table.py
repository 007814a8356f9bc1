"""Tables with rows for each app: learned cues, and requests that are known word for word."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from mapp.model.app import Card
from mapp.model.decision import Arguments
from mapp.model.request import Phrase, Request
from mapp.route.fill.cues import NO_CUES, Cues
from mapp.route.same_words import keeps_values, same_words, words_key

FILE: Final = "lessons-2.sqlite"


class Lessons:
    """The cues of all apps, read one at a time: a request needs only those of a few candidates."""

    def __init__(self, path: Path) -> None:
        address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        self._connection = sqlite3.connect(address, uri=True, check_same_thread=False)

    def of(self, app: str) -> Cues:
        """Returns the cues of an app; empty cues if nothing was learned."""
        row = self._connection.execute("select cues from lessons where app = ?", (app,)).fetchone()
        return NO_CUES if row is None else Cues.from_dict(json.loads(row[0]))

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()


def write_lessons(
    path: Path, learned: Iterable[tuple[str, Cues]], apps: Iterable[str], previous: Path | None
) -> None:
    """Writes a new file: the rows of `previous` for `apps`, plus the newly learned rows."""
    if previous is not None:
        shutil.copyfile(previous, path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("create table if not exists lessons (app text primary key, cues text not null)")
        rows = [(app, json.dumps(cues.to_dict(), ensure_ascii=False)) for app, cues in learned]
        connection.executemany("insert or replace into lessons values (?, ?)", rows)
        known = {app for (app,) in connection.execute("select app from lessons")}
        connection.executemany("delete from lessons where app = ?", [(app,) for app in known - set(apps)])


VERBATIM_FILE: Final = "verbatim-3.sqlite"
_VERBATIM: Final = """
create table if not exists verbatim (request text, words text, app text, arguments text, attached text);
create index if not exists requests on verbatim (request);
create index if not exists words on verbatim (words);
create index if not exists apps on verbatim (app);
create table if not exists compiled (words text, request text, app text);
create index if not exists compiled_words on compiled (words);
create index if not exists compiled_apps on compiled (app);
"""
CompiledFor = Callable[[str], Iterable[str]]
"""Returns the requests that an app was compiled for, by its name."""


class Verbatim:
    """The requests that apps' tests state, and those that apps were compiled for, read one at a time."""

    def __init__(self, path: Path) -> None:
        address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        self._connection = sqlite3.connect(address, uri=True, check_same_thread=False)

    def of(self, request: Request) -> tuple[str, Arguments] | None:
        """Returns the app whose tests state a request, and the arguments; None if none or several do."""
        query = "select app, arguments, attached from verbatim where request = ? limit 2"
        rows = self._connection.execute(query, (request.text.strip(),)).fetchall()
        return _stated(request, *rows[0]) if len(rows) == 1 else None

    def in_any_spelling(self, request: Request, app: str) -> tuple[str, Arguments] | None:
        """Returns an app and the arguments that its tests state for a request in any spelling."""
        query = "select request, app, arguments, attached from verbatim where words = ? and app = ?"
        rows = self._connection.execute(query, (words_key(request.text), app)).fetchall()
        text = request.text.strip()
        fitting = [row for row in rows if row[0] == text] or [row for row in rows if _says(text, row)]
        return _stated(request, *fitting[0][1:]) if len(fitting) == 1 else None

    def compiled_for(self, request: Request) -> tuple[str, ...]:
        """Returns the apps that were compiled for a request, or chosen for it by a coder; sorted."""
        query = "select app, request from compiled where words = ? order by app"
        rows = self._connection.execute(query, (words_key(request.text),)).fetchall()
        return tuple(dict.fromkeys(app for app, said in rows if same_words(said, request.text)))

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()


def write_verbatim(
    path: Path,
    cards: Iterable[tuple[str, Card]],
    apps: Iterable[str],
    previous: Path | None,
    compiled_for: CompiledFor = lambda app: (),
) -> None:
    """Writes a new file: the rows of `previous` for `apps`, with the changed apps' rows replaced."""
    if previous is not None:
        shutil.copyfile(previous, path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(_VERBATIM)
        changed = dict(cards)
        for table in ("verbatim", "compiled"):
            known = {app for (app,) in connection.execute(f"select distinct app from {table}")}
            gone = [(app,) for app in known & changed.keys() | known - set(apps)]
            connection.executemany(f"delete from {table} where app = ?", gone)
        for app, card in changed.items():
            rows = [(text, words_key(text), app, said, attached) for text, said, attached in _rows(card)]
            connection.executemany("insert into verbatim values (?, ?, ?, ?, ?)", rows)
            compiled = [(key, text, app) for text in compiled_for(app) if (key := words_key(text))]
            connection.executemany("insert into compiled values (?, ?, ?)", compiled)


def _stated(request: Request, app: str, said: str, attached: str | None) -> tuple[str, Arguments] | None:
    """Returns an app and its stated arguments, with the request's attachment in place of the stated one."""
    if (request.attachment is None) != (attached is None):
        return None
    arguments = json.loads(said)
    if attached is not None:
        arguments[attached] = request.attachment
    return app, tuple(arguments.items())


def _says(typed: str, row: tuple[str, str, str, str | None]) -> bool:
    request, _, said, _ = row
    return same_words(request, typed) and keeps_values(request, typed, tuple(json.loads(said).items()))


def _rows(card: Card) -> Iterator[tuple[str, str, str | None]]:
    """Yields the requests with only one meaning in an app: text, arguments, name of the attached argument."""
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
    """Returns the other arguments, and the name of the attached one: None if none, "" if unclear."""
    arguments = dict(phrase.arguments)
    if phrase.attachment is None:
        return json.dumps(arguments, ensure_ascii=False), None
    takers = [name for name, value in arguments.items() if value == phrase.attachment]
    if len(takers) != 1:
        return json.dumps(arguments, ensure_ascii=False), ""
    del arguments[takers[0]]
    return json.dumps(arguments, ensure_ascii=False), takers[0]
