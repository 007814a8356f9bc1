"""The requests that an app claims are about what it does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from mapp.model.app import App
from mapp.model.request import Phrase
from mapp.model.values import JSONValue
from mapp.share.checks.check import Objection, RegistryCheck
from mapp.share.submission import Submission

MIN_OWN: Final = 0.5
"""The share of the requests that must be about the app."""
_STEM: Final = 4
"""Letters of a word that are compared: `doubles` and `doubling` are one."""
_SHOWN: Final = 3
_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_COMMON: Final = (
    "and any are can did does for from get give has have help her his how into its just let like make much "
    "need not now one our out please show some something tell that the their them then there this use want "
    "was what when where which who will with you your"
)
"""Words that say nothing about a job."""
_COMMON_WORDS: Final = frozenset(_COMMON.split())


def _objections(submission: Submission) -> Iterator[Objection]:
    if submission.release is None:
        return
    app = submission.release.app
    fitting = [row for row in app.phrases if row.fits]
    known = _words_of(app)
    foreign = [row for row in fitting if not _is_own(row, known)]
    if len(foreign) > (1 - MIN_OWN) * len(fitting):
        shown = "; ".join(repr(row.request[:60]) for row in foreign[:_SHOWN])
        yield Objection(
            message=f"{len(foreign)} of {len(fitting)} requests name neither what the app does nor one of "
            f"its values: {shown}",
            fix="keep requests that only this app can answer, and say in the description what it does",
        )


def _words_of(app: App) -> frozenset[str]:
    """Returns the beginnings of the words with which an app says what it does."""
    manifest = app.manifest
    texts = [manifest.name, manifest.description, manifest.output.description]
    for row in manifest.arguments:
        texts += [row.name, row.schema.description, row.unit or ""]
        texts += [value for value in row.schema.enum or () if isinstance(value, str)]
        texts += [word for _, words in row.words for word in words]
    return _stems(" ".join(texts).replace("_", " "))


def _is_own(phrase: Phrase, known: frozenset[str]) -> bool:
    if _stems(phrase.request) & known:
        return True
    said = phrase.request.casefold()
    return any(text and text in said for _, value in phrase.arguments for text in _values(value))


def _values(value: JSONValue) -> Iterator[str]:
    """Yields the texts and numbers of a value, as a request may contain them."""
    match value:
        case bool() | None:
            return
        case str():
            yield value.strip().casefold()
        case int() | float():
            yield str(int(value)) if float(value).is_integer() else str(value)
        case list():
            for row in value:
                yield from _values(row)
        case dict():
            for row in value.values():
                yield from _values(row)


def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:_STEM] for word in _WORD.findall(text.casefold()) if word not in _COMMON_WORDS)


CHECK = RegistryCheck(
    name="own-requests",
    reason="An app with requests for everything answers what other apps are meant for.",
    stage="app",
    run=_objections,
)
