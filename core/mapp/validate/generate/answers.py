"""Changes a recorded good answer of the host into the answers that a service may give on another day."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from mapp.model.recording import Exchange, Recording
from mapp.model.values import InvalidValue, JSONValue, canonical, parse

AnswerClass = Literal["status", "refused", "shape"]

STATUSES: Final = (404, 500)
"""The statuses that a good answer gets. Its body stays, so only an app that checks the status notices."""
MAX_FIELDS: Final = 12
"""How many fields of one answer are changed, those nearest to the top first."""
MAX_CHANGES: Final = 80
"""How many changed answers are tried for one app."""
MAX_BODY: Final = 1 << 20
Path = tuple[str | int, ...]

_ERROR_PAGE: Final = "<!doctype html><title>503 Service Unavailable</title>"


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangedAnswer:
    """One answer of a recording, changed; `at` is its place among the recording's calls.

    `name` is what `mapp record --change` takes, such as `status-500` or `null:rates.CHF`. `path` is the
    changed field of the body, None if the change is not about one field.
    """

    name: str
    kind: AnswerClass
    at: int
    exchange: Exchange
    path: Path | None = None

    def applied(self, recording: Recording) -> Recording:
        """Returns the recording with this answer in place of the good one."""
        rows = (*recording.exchanges[: self.at], self.exchange, *recording.exchanges[self.at + 1 :])
        return replace(recording, exchanges=rows)

    def is_like(self, good: Exchange, other: Exchange) -> bool:
        """Returns whether another recorded answer to such a call differs from a good one in the same way."""
        if self.exchange.name != other.name:
            return False
        match self.kind:
            case "refused":
                return bool(other.code)
            case "status":
                return not other.code and not is_good(other)
            case "shape" if other.code or other.name != "http" or not is_good(other):
                return self.name == "missing" and other.answer == "null"
        here, there, was = (_body(row) for row in (self.exchange, other, good))
        if self.path is None:
            return _kind(here) == _kind(there) and not (_keys(was) and _keys(was) <= _keys(there))
        return _field(there, self.path) == _field(here, self.path) != _field(was, self.path)


def changed_answers(recording: Recording) -> Iterator[ChangedAnswer]:
    """Yields the changed answers of a recording, those that concern a whole answer first."""
    found = [
        row
        for at, exchange in enumerate(recording.exchanges)
        if not exchange.code
        for row in _changes(recording.exchanges, at, exchange)
    ]
    yield from sorted(found, key=lambda row: row.path is not None)  # stable: the calls stay in their order


def other_values(recording: Recording, kind: Literal["numbers", "texts"]) -> Recording:
    """Returns a recording whose answers have the same shape, but hold other numbers or other texts."""

    def changed(value: JSONValue) -> JSONValue:
        match value:
            case dict():
                return {key: changed(row) for key, row in value.items()}
            case list():
                return [changed(row) for row in value]
            case bool() | None:
                return value
            case int() | float() if kind == "numbers":
                return value + 1 if isinstance(value, int) else value * 1.5
            case str() if kind == "texts" and value:
                return f"{value}x"
        return value

    def applied(exchange: Exchange) -> Exchange:
        if exchange.code or exchange.name.startswith("store."):
            return exchange
        answer = json.loads(exchange.answer)
        if exchange.name != "http":
            return replace(exchange, answer=_text(changed(answer)))
        body = answer.get("body") if isinstance(answer, dict) else None
        document = _parsed(body) if isinstance(body, str) else None
        if document is None:
            return exchange
        return replace(exchange, answer=_text({**answer, "body": _text(changed(document))}))

    return replace(recording, exchanges=tuple(map(applied, recording.exchanges)))


def is_good(exchange: Exchange) -> bool:
    """Returns whether the host carried out a call, and for `http` whether the status is a success."""
    if exchange.code:
        return False
    if exchange.name != "http":
        return True
    answer = json.loads(exchange.answer)
    status = answer.get("status") if isinstance(answer, dict) else None
    return isinstance(status, int) and 200 <= status < 300


def form_of(exchange: Exchange) -> str:
    """Returns a text that is the same for answers of the same shape to calls of the same function."""
    return canonical([exchange.name, _shape(_body(exchange) if exchange.name == "http" else None)])


def _changes(recorded: Sequence[Exchange], at: int, exchange: Exchange) -> Iterator[ChangedAnswer]:
    def changed(name: str, kind: AnswerClass, answer: JSONValue) -> ChangedAnswer:
        return ChangedAnswer(name=name, kind=kind, at=at, exchange=replace(exchange, answer=_text(answer)))

    match exchange.name:
        case "http" if is_good(exchange):
            yield _refused(exchange, at, "timeout")
            yield from _http_changes(json.loads(exchange.answer), changed)
        case "llm":
            yield _refused(exchange, at, "unavailable")
            if len(json.loads(exchange.arguments)) > 1:
                yield _refused(exchange, at, "unfit")
            elif exchange.answer != '""':
                yield changed("empty", "shape", "")
        case "store.get" if exchange.answer != "null" and not _was_set(recorded[:at], exchange):
            yield changed("missing", "shape", None)


def _http_changes(
    answer: dict[str, Any], changed: Callable[[str, AnswerClass, JSONValue], ChangedAnswer]
) -> Iterator[ChangedAnswer]:
    for status in STATUSES:
        yield changed(f"status-{status}", "status", {**answer, "status": status})
    body = answer.get("body")
    if not isinstance(body, str) or len(body) > MAX_BODY:
        return
    page: dict[str, Any] = {
        "status": 503,
        "headers": {"content-type": "text/html"},
        "body": _ERROR_PAGE,
        "base64": False,
    }
    yield changed("error-page", "status", {**answer, **page})
    if body:
        yield changed("empty", "shape", {**answer, "body": ""})
        yield changed("truncated", "shape", {**answer, "body": body[: len(body) // 2]})
    document = _parsed(body)
    if isinstance(document, dict | list):
        yield changed("envelope", "shape", {**answer, "body": _text({"data": document})})
        for path in _paths(document)[:MAX_FIELDS]:
            for how, value in _field_changes(document, path):
                row = changed(f"{how}:{_dotted(path)}", "shape", {**answer, "body": _text(value)})
                yield replace(row, path=path)


def _field_changes(document: Any, path: Path) -> Iterator[tuple[str, Any]]:
    value = _at(document, path)
    if isinstance(path[-1], str):
        yield "removed", _without(document, path)
        yield "renamed", _renamed(document, path)
    if value is not None:
        yield "null", _with(document, path, None)
        yield "type", _with(document, path, _other_type(value))


def _refused(exchange: Exchange, at: int, code: str) -> ChangedAnswer:
    row = replace(exchange, answer="null", code=code, message="changed by the check")
    return ChangedAnswer(name=code, kind="refused", at=at, exchange=row)


def _was_set(before: Sequence[Exchange], exchange: Exchange) -> bool:
    key = json.loads(exchange.arguments)[:1]
    return any(row.name == "store.set" and json.loads(row.arguments)[:1] == key for row in before)


def _paths(document: Any) -> list[Path]:
    """Returns the paths of all fields, those nearest to the top first; of a list only the first item."""
    found: list[Path] = []
    level: list[Path] = [()]
    while level and len(found) < MAX_FIELDS:
        below: list[Path] = []
        for path in level:
            value = _at(document, path)
            if isinstance(value, dict):
                below += [(*path, key) for key in value]
            elif isinstance(value, list) and value:
                below.append((*path, 0))
        found, level = [*found, *below], below
    return found


def _at(document: Any, path: Path) -> Any:
    for key in path:
        document = document[key]
    return document


def _with(document: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    head, *rest = path
    inner = _with(document[head], tuple(rest), value)
    if isinstance(document, dict):
        return {key: inner if key == head else old for key, old in document.items()}
    return [inner if place == head else old for place, old in enumerate(document)]


def _without(document: Any, path: Path) -> Any:
    parent = _at(document, path[:-1])
    return _with(document, path[:-1], {key: value for key, value in parent.items() if key != path[-1]})


def _renamed(document: Any, path: Path) -> Any:
    parent = _at(document, path[:-1])
    rows = {(f"{key}_v2" if key == path[-1] else key): value for key, value in parent.items()}
    return _with(document, path[:-1], rows)


def _other_type(value: Any) -> Any:
    match value:
        case bool() | int() | float():
            return "text"
        case str():
            return 7
        case list():
            return {}
        case _:
            return []


def _body(exchange: Exchange) -> Any:
    """Returns the parsed body of an answer to `http`, the body's text if it is not JSON."""
    answer = json.loads(exchange.answer)
    body = answer.get("body") if isinstance(answer, dict) else None
    document = _parsed(body) if isinstance(body, str) else None
    return body if document is None else document


def _parsed(body: str) -> Any:
    try:
        return parse(body, what="the body", longest=MAX_BODY)
    except InvalidValue:
        return None


def _shape(value: Any, deep: int = 3) -> Any:
    if isinstance(value, dict) and deep:
        return {key: _shape(row, deep - 1) for key, row in value.items()}
    if isinstance(value, list) and value and deep:
        return [_shape(value[0], deep - 1)]
    return _kind(value)


def _kind(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return str(value is None)
    return "number" if isinstance(value, int | float) else type(value).__name__


def _keys(value: Any) -> frozenset[str]:
    return frozenset(value) if isinstance(value, dict) else frozenset()


def _field(document: Any, path: Path) -> str:
    try:
        return _kind(_at(document, path))
    except (KeyError, IndexError, TypeError):
        return "absent"


def _dotted(path: Path) -> str:
    return ".".join(map(str, path))


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
