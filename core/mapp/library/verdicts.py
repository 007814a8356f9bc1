"""Verdicts: the gate's results, recorded as git notes on trees.

They are stored under `refs/notes/mapp/verdicts`; `git notes --ref=mapp/verdicts show TREE` prints one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Final

from mapp.errors import IntegrityError, InvalidApp, InvalidInput, NotFound
from mapp.git.commit import Signature, trailers_of
from mapp.git.notes import MAX_NOTE_SIZE, VERDICTS, read_note, write_note
from mapp.git.repository import Repository
from mapp.library.paths import Home
from mapp.library.read import open_repository
from mapp.model.values import parse
from mapp.model.verdict import Verdict

TRAILER: Final = "Mapp-Verdict"
FORCED: Final = "forced"
"""How the trailer starts if a person accepted content that did not pass."""
MAX_FINDINGS: Final = 100
"""How many problems of one check are recorded."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """The verdict recorded for one commit; None if there is none."""

    app: str
    commit: str
    tree: str
    verdict: Verdict | None


def record_verdict(repository: Repository, verdict: Verdict, signature: Signature) -> None:
    """Writes or replaces the verdict on a tree.

    Raises:
        Busy: another process keeps writing verdicts.
        IntegrityError: the notes are damaged.
    """
    said = "passed" if verdict.passed else "forced" if verdict.forced else "failed"
    subject = f"{verdict.app}: {verdict.version} {said} ({verdict.kind})\n"
    write_note(repository, VERDICTS, verdict.tree, _data(verdict), signature, subject)


def _data(verdict: Verdict) -> bytes:
    """Returns the document to store; if it would be too large, only the first problem of each check."""
    for most in (MAX_FINDINGS, 1):
        results = tuple(replace(row, problems=row.problems[:most]) for row in verdict.results)
        document = replace(verdict, results=results).to_dict()
        text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
        data = text.encode("utf-8", "replace")  # texts of an app may contain lone surrogates
        if len(data) <= MAX_NOTE_SIZE:
            break
    return data


def read_verdict(repository: Repository, tree: str) -> Verdict | None:
    """Returns the verdict recorded for a tree, or None.

    Raises:
        IntegrityError: the note is not a verdict on that tree.
    """
    data = read_note(repository, VERDICTS, tree)
    if data is None:
        return None
    try:
        text = data.decode("utf-8")
        verdict = Verdict.from_dict(parse(text, what="the verdict", longest=MAX_NOTE_SIZE, doubles=True))
    except (UnicodeDecodeError, InvalidInput) as error:
        raise IntegrityError(f"the note on tree {tree[:10]} is not a verdict: {error}") from None
    if verdict.tree != tree:
        raise IntegrityError(f"the verdict on tree {tree[:10]} is about tree {verdict.tree[:10]}")
    return verdict


def recorded(home: Home, name: str, revision: str | None = None) -> Recorded:
    """Returns the verdict recorded for an app at `main`, or at another revision.

    Raises:
        NotFound: no such app or revision.
        IntegrityError: the notes are damaged.
    """
    repository = open_repository(home, name)
    commit = repository.tip() if revision is None else repository.resolve(revision)
    if commit is None:
        raise NotFound(
            f"{name} has no branch main", hint=f"remove the app, which keeps a copy: mapp remove {name}"
        )
    tree = repository.tree_of(commit)
    return Recorded(app=name, commit=commit, tree=tree, verdict=read_verdict(repository, tree))


def is_forced(text: str) -> bool:
    """Returns whether a commit message says that a person accepted content that did not pass."""
    return trailers_of(text).get(TRAILER, "").startswith(FORCED)


def prove(
    repository: Repository, tree: str, text: str, signature: Signature, verdict: Verdict | None
) -> None:
    """Records a verdict and checks that `main` may move to a tree; `text` is the commit message.

    It may if a passing verdict is recorded for exactly that tree, or if the message says that it was
    forced: `Mapp-Verdict: forced; …`.

    Raises:
        InvalidApp: neither is the case.
        IntegrityError: the verdict is about another tree, or the notes are damaged.
    """
    if verdict is not None:
        if verdict.tree != tree:
            raise IntegrityError(f"the verdict is about tree {verdict.tree[:10]}, not about {tree[:10]}")
        record_verdict(repository, verdict, signature)
    if is_forced(text):
        return
    known = verdict or read_verdict(repository, tree)
    if known is None or not known.passed:
        raise InvalidApp(
            f"{repository.path.stem} has no passing verdict for tree {tree[:10]}",
            hint="mapp add runs the checks; --force accepts it as it is, and the commit says so",
            code="MAPP-0830",
        )
