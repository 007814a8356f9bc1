"""Recordings: the host calls of one run and their answers, enough to repeat the run offline."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from mapp.errors import IntegrityError, InvalidInput, Problem
from mapp.model.table_reader import TableReader
from mapp.model.values import JSONValue, canonical

FORMAT: Final = 1
CALLS: Final = ("http", "llm", "store.get", "store.set", "store.delete", "store.keys")
"""The names of all host calls."""
MAX_EXCHANGES: Final = 1000
MAX_REFUSED: Final = 20
MAX_TARGET_LENGTH: Final = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """One host call: `arguments` and `answer` are JSON texts; a `code` means that it was refused."""

    name: str
    arguments: str
    answer: str = "null"
    code: str = ""
    message: str = ""

    @property
    def asked(self) -> tuple[str, str]:
        """Returns the call in canonical form, so that different spellings compare equal."""
        return self.name, canonical(json.loads(self.arguments))

    def to_dict(self) -> dict[str, Any]:
        """Returns one entry of a recording."""
        document = {"call": self.name, "arguments": json.loads(self.arguments)}
        if self.code:
            return {**document, "error": {"code": self.code, "message": self.message}}
        return {**document, "answer": json.loads(self.answer)}

    @classmethod
    def from_dict(cls, document: dict[str, Any]) -> Exchange:
        """Returns what `to_dict` wrote."""
        error = document.get("error", {})
        return cls(
            name=document["call"],
            arguments=_text(document["arguments"]),
            answer=_text(document.get("answer")),
            code=error.get("code", ""),
            message=error.get("message", ""),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class RefusedCall:
    """A refused host call and how often it occurred in one run; `target` is an `http` call's address."""

    call: str
    code: str
    message: str = ""
    target: str = ""
    times: int = 1

    def __str__(self) -> str:
        what = f"{self.call} {self.target}".rstrip()
        why = f" ({self.message})" if self.message else ""
        return f"{what}: {self.code}{why}{f', {self.times} times' if self.times > 1 else ''}"

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON object."""
        return asdict(self)


def refused_calls(exchanges: Sequence[Exchange]) -> tuple[RefusedCall, ...]:
    """Returns the refused calls of a run, without duplicates, at most twenty."""
    counts = Counter(
        RefusedCall(call=row.name, code=row.code, message=row.message, target=_target(row))
        for row in exchanges
        if row.code
    )
    return tuple(replace(row, times=times) for row, times in [*counts.items()][:MAX_REFUSED])


def _target(exchange: Exchange) -> str:
    """Returns method and address of a web request, without its query."""
    arguments = json.loads(exchange.arguments)
    asked = arguments[0] if isinstance(arguments, list) and arguments else None
    if exchange.name != "http" or not isinstance(asked, dict):
        return ""
    url = str(asked.get("url", "")).partition("?")[0]
    return f"{asked.get('method', 'GET')} {url}"[:MAX_TARGET_LENGTH]


@dataclass(frozen=True, kw_only=True, slots=True)
class Recording:
    """The host calls of one run, in order, with the time and seed that it saw: `tests/recordings/NAME.json`.

    `now` is in milliseconds since 1970-01-01 UTC; with None, the checks choose it.
    """

    name: str
    exchanges: tuple[Exchange, ...] = ()
    now: int | None = None
    seed: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Returns the content of the file."""
        moment = {"now": self.now, "seed": self.seed}
        document = {key: value for key, value in moment.items() if value is not None}
        return {"recording": FORMAT, **document, "calls": [row.to_dict() for row in self.exchanges]}

    @classmethod
    def from_dict(cls, document: JSONValue, name: str, path: str = "") -> Recording:
        """Parses a recording from an untrusted file.

        Raises:
            InvalidInput: lists every mistake with its path.
        """
        problems: list[Problem] = []
        table = TableReader(document, path, problems)
        table.only("recording", "now", "seed", "calls")
        if table.get("recording", int, 0, needed=True) != FORMAT:
            table.refuse("recording", f"must be {FORMAT}, the version of this format")
        exchanges = tuple(_exchange(row) for row in table.rows("calls", MAX_EXCHANGES))
        now, seed = (table.get(key, int, 0) if key in table.document else None for key in ("now", "seed"))
        if problems:
            raise InvalidInput("a recording is not valid", problems)
        return cls(name=name, exchanges=exchanges, now=now, seed=seed)


def write_recording(exchanges: Sequence[Exchange]) -> str:
    """Returns the text that the journal keeps."""
    return _text([exchange.to_dict() for exchange in exchanges])


def read_recording(text: str) -> tuple[Exchange, ...]:
    """Returns what `write_recording` wrote.

    Raises:
        IntegrityError: the text is damaged.
    """
    try:
        found = tuple(Exchange.from_dict(row) for row in json.loads(text))
        ours = all(_is_text(row.name, row.code, row.message) for row in found)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        ours = False
    if not ours:
        raise IntegrityError(
            "the recording of this run is damaged", hint="it cannot be replayed; run the app again"
        )
    return found


def _is_text(*values: object) -> bool:
    return all(isinstance(value, str) for value in values)


def _exchange(table: TableReader) -> Exchange:
    table.only("call", "arguments", "answer", "error")
    name = table.get("call", str, "", needed=True)
    if name not in CALLS:
        table.refuse("call", f"is not a host call: {', '.join(CALLS)}")
    arguments = table.get("arguments", list, [], needed=True)
    if ("answer" in table.document) == ("error" in table.document):
        table.refuse("", "must have either an answer or an error")
    error = table.inner("error")
    refused = "error" in table.document
    error.only("code", "message")
    return Exchange(
        name=name,
        arguments=_text(arguments),
        answer=_text(table.document.get("answer")),
        code=error.line("code", 64) if refused else "",
        message=error.get("message", str, "") if refused else "",
    )


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
