"""What was learned from each app's own requests, kept in one file per generation of the index."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Final

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
