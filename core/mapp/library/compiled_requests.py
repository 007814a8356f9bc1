"""The requests that an app was compiled for, as its repository records them.

A commit on `main` that compiles or extends the app names its request in the trailer `Mapp-Request`, and in
full in its body. A request for which a coder chose the app as it was needs no commit: it is a line of the git
note on the app's first commit, under `refs/notes/mapp/requests`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Final

from mapp.errors import MappError
from mapp.git.commit import Commit, Signature
from mapp.git.notes import read_note, write_note
from mapp.git.repository import Repository
from mapp.library.locks import Tell, holding
from mapp.library.paths import Home
from mapp.library.read import open_repository
from mapp.model.request import MAX_REQUEST_LENGTH

NOTES: Final = "refs/notes/mapp/requests"
MAX_COMMITS: Final = 2_000
"""How many commits of an app are searched; older requests are forgotten."""
_COMPILING: Final = ("compile", "expand")


def compiled_requests(home: Home, name: str) -> tuple[str, ...]:
    """Returns the requests that an app was compiled, extended or chosen for; none if it cannot be read.

    What a rollback took back does not count.
    """
    with suppress(MappError, UnicodeDecodeError, ValueError):
        repository = open_repository(home, name)
        commits = _commits(repository)
        found = [_request(row) for row in _standing(commits)]
        if commits:
            found += _chosen(repository, commits[-1].id)
        return tuple(dict.fromkeys(filter(None, found)))
    return ()


def record_choice(
    home: Home, name: str, request: str, signature: Signature, *, tell: Tell | None = None
) -> None:
    """Records that a coder chose an app for a request, as it is.

    Raises:
        NotFound: there is no such app.
        Busy: another process keeps writing notes.
        IntegrityError: the notes or the repository are damaged.
    """
    with holding(home.holds, name, tell=tell):
        repository = open_repository(home, name)
        first = _commits(repository)[-1].id
        lines = [*_chosen(repository, first), request]
        data = "".join(json.dumps(line) + "\n" for line in dict.fromkeys(lines)).encode()
        write_note(repository, NOTES, first, data, signature, f"{name}: chosen for a request\n")


def _commits(repository: Repository) -> list[Commit]:
    tip = repository.tip()
    return [] if tip is None else list(islice(repository.history(tip), MAX_COMMITS))


def _standing(commits: list[Commit]) -> Iterator[Commit]:
    """Yields commits, newest first, without those that a rollback took back."""
    restored: str | None = None
    for row in commits:
        if restored is None:
            yield row
            if row.trailers.get("Mapp-Operation") == "rollback":
                restored = row.tree
        elif row.tree == restored:
            restored = None
            yield row


def _request(commit: Commit) -> str:
    """Returns the request of a commit that compiled or extended the app, else an empty text."""
    trailers = commit.trailers
    if trailers.get("Mapp-Operation") not in _COMPILING:
        return ""
    short = trailers.get("Mapp-Request", "")
    body = commit.message.rstrip().rpartition("\n\n")[0].partition("\n\n")[2]
    # A trailer holds the beginning of a long request.
    whole = body if " ".join(body.split()).startswith(short) else short
    return whole if short and len(whole) <= MAX_REQUEST_LENGTH else ""


def _chosen(repository: Repository, first: str) -> list[str]:
    data = read_note(repository, NOTES, first) or b""
    lines = [json.loads(line) for line in data.decode("utf-8").splitlines()]
    return [line for line in lines if isinstance(line, str) and len(line) <= MAX_REQUEST_LENGTH]
