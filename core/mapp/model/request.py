"""Requests, an app's example requests, and candidates."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from mapp.errors import InvalidInput, Problem
from mapp.model.values import JSONValue

MAX_REQUEST_LENGTH: Final = 10_000
"""The longest request, in characters; longer texts belong in the attachment."""

HELD_BACK_ONE_IN: Final = 5
TESTS_ASKED_MS: Final = 1_700_000_000_000
"""The time at which the requests in an app's tests are asked: 2023-11-14T22:13:20Z, a Tuesday."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """A request in plain words, with the text of `--input`, if given.

    `asked_ms` is when it was asked, in milliseconds since 1970-01-01 UTC, if that is known.
    """

    text: str
    attachment: str | None = None
    asked_ms: int | None = None

    @property
    def today(self) -> datetime.date | None:
        """Returns the date in UTC on which it was asked; None if that is not known."""
        if self.asked_ms is None:
            return None
        return datetime.datetime.fromtimestamp(self.asked_ms / 1000, datetime.UTC).date()

    def to_dict(self) -> dict[str, Any]:
        """Returns the request as a JSON object."""
        return {"text": self.text, "attachment": self.attachment, "asked_ms": self.asked_ms}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Request:
        """Returns the request that `to_dict` wrote."""
        asked_ms = document.get("asked_ms")
        return cls(text=document["text"], attachment=document["attachment"], asked_ms=asked_ms)


@dataclass(frozen=True, kw_only=True, slots=True)
class Phrase:
    """One row of `tests/requests.jsonl`: a request with its arguments, or a near miss with its reason."""

    request: str
    fits: bool
    attachment: str | None = None
    arguments: tuple[tuple[str, JSONValue], ...] = ()
    why: str = ""
    learned: bool = False
    """Whether a person's word about a run taught it; it is in no repository."""

    @property
    def held_back(self) -> bool:
        """Returns whether it belongs to the fifth of the rows that never train the router.

        SHA-256 of the text decides, so every machine holds back the same rows.
        """
        digest = hashlib.sha256(self.request.encode("utf-8", "surrogatepass")).digest()
        return not self.learned and digest[0] % HELD_BACK_ONE_IN == 0

    def to_request(self) -> Request:
        """Returns the phrase as a request, asked at the time of tests."""
        return Request(text=self.request, attachment=self.attachment, asked_ms=TESTS_ASKED_MS)

    @classmethod
    def from_dict(cls, document: object, path: str = "") -> Phrase:
        """Parses a row of `tests/requests.jsonl`.

        Raises:
            InvalidInput: lists every mistake with its path.
        """
        problems = list(_faults(document, path))
        if problems or not isinstance(document, Mapping):
            raise InvalidInput("a row of tests/requests.jsonl is not valid", problems)
        return cls(
            request=document["request"],
            fits=document.get("fits", True),
            attachment=document.get("input"),
            arguments=tuple(document.get("arguments", {}).items()),
            why=document.get("why", ""),
        )

    def to_dict(self) -> dict[str, Any]:
        """Returns the row for `tests/requests.jsonl`."""
        document: dict[str, Any] = {"request": self.request}
        if self.attachment is not None:
            document["input"] = self.attachment
        if self.fits:
            return {**document, "arguments": dict(self.arguments)}
        return {**document, "fits": False, "why": self.why}


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """An app that retrieval returned for a request; the best score is 1."""

    app: str
    score: float

    def to_dict(self) -> dict[str, Any]:
        """Returns the candidate as a JSON object."""
        return {"app": self.app, "score": round(self.score, 4)}


def _faults(document: object, path: str) -> list[Problem]:
    if not isinstance(document, Mapping):
        return [Problem(path=path, message="must be an object")]
    found = []
    for key, kind in (("request", str), ("input", str), ("fits", bool), ("arguments", dict), ("why", str)):
        if key in document and not isinstance(document[key], kind):
            found.append(Problem(path=f"{path}.{key}", message=f"must be {_KINDS[kind]}"))
    for key in document:
        if key not in ("request", "input", "fits", "arguments", "why"):
            found.append(Problem(path=f"{path}.{key}", message="is not a known key"))
    text = document.get("request")
    if not isinstance(text, str) or not 0 < len(text) <= MAX_REQUEST_LENGTH:
        found.append(Problem(path=f"{path}.request", message=f"needs 1 to {MAX_REQUEST_LENGTH} characters"))
    if document.get("fits", True) is True and "arguments" not in document:
        found.append(Problem(path=f"{path}.arguments", message="is missing"))
    return found


_KINDS: Final[dict[type, str]] = {str: "a text", bool: "true or false", dict: "an object"}
