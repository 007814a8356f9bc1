"""What an app's web answers look like while all is well, from its recordings and its good runs."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Final

from mapp.classify.calls import Learned
from mapp.errors import MappError
from mapp.library import read
from mapp.model.app import App
from mapp.model.recording import Exchange, read_recording
from mapp.ops.workspace import Workspace

MAX_GOOD_RUNS: Final = 20
"""How many good runs of an app show what its services answer while all is well."""
FEW_GOOD_RUNS: Final = 5
"""How many are read in each run."""


def differences_of(workspace: Workspace, app: App, exchanges: Sequence[Exchange]) -> tuple[str, ...]:
    """Returns how a run's web answers differ from those in the app's recordings, in words.

    An app without recordings of web answers is compared with its newest good runs.
    """
    try:
        learned = Learned(recorded_calls(whole(workspace, app)))
        if not learned:
            learned = Learned(good_calls(workspace, app, most=FEW_GOOD_RUNS))
    except (MappError, sqlite3.Error):  # a damaged journal costs no answer
        return ()
    found = (line for row in exchanges if row.name == "http" for line in learned.call(row).differences)
    return tuple(dict.fromkeys(found))[:20]


def good_calls(
    workspace: Workspace, app: App, *, besides: str = "", most: int = MAX_GOOD_RUNS
) -> Iterator[Exchange]:
    """Yields the host calls of an app's recordings and of its newest good runs, without the run `besides`."""
    yield from recorded_calls(whole(workspace, app))
    journal, left = workspace.journal, most
    for run in list(journal.runs(app=app.name, most=10 * most)):
        if left and run.outcome == "ok" and run.id != besides:
            left -= 1
            _, calls = journal.run(run.id)
            yield from read_recording(calls) if calls is not None else ()


def recorded_calls(app: App) -> Iterator[Exchange]:
    """Yields the host calls of an app's recordings that it copes with.

    An example with an output shows good answers; one with a declared error shows only which other statuses
    the app knows.
    """
    good = {row.recording for row in app.examples if row.error is None}
    for recording in app.recordings:
        for exchange in recording.exchanges:
            if recording.name in good or _status(exchange) >= 300:
                yield exchange


def whole(workspace: Workspace, app: App) -> App:
    """Returns an app with its tests; as it is if they cannot be read."""
    if app.examples or app.recordings or not app.commit:
        return app
    try:
        return read.load(workspace.home, app.name, app.commit)
    except MappError:
        return app


def _status(exchange: Exchange) -> int:
    answer = json.loads(exchange.answer) if exchange.name == "http" and not exchange.code else None
    status = answer.get("status") if isinstance(answer, dict) else None
    return status if isinstance(status, int) else 0
