"""What happens to web services: answers that change their form, refuse, break off or never come.

Every entry has the class that a person would give it who knows the cause. They were written from the classes'
definitions and from what public services do, without reading the rules.

An answer that an ordinary page or half a document took the place of counts as a service that is down: it is
valid for nobody, and no change of the app would help. A field, a form or an address that changed for good
counts as a change.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import formatdate
from typing import Any, Final

from benchmarks.classify.network import Fault, Reply
from benchmarks.classify.services import Asked
from mapp.model.incident import FailureClass

Change = Callable[[Any], Any]
"""Changes the JSON of a good answer."""
_TIME: Final = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}Z)?")
_HTML: Final = (
    b"<!DOCTYPE html><html><head><title>Scheduled maintenance</title></head>"
    b"<body><h1>We will be back soon</h1><p>Our team is upgrading the service.</p></body></html>"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Drift:
    """One thing that happens to a service.

    `writes` says whether it happens to requests that change something, `reads` to the others. `unreachable`
    and `seconds` are those of the network.
    """

    name: str
    label: FailureClass
    fault: Fault | None = None
    unreachable: str = ""
    seconds: float = 0.0
    reads: bool = True
    writes: bool = True

    def applied(self, asked: Asked, reply: Reply) -> Reply:
        """Returns what goes over the wire."""
        happens = self.reads if asked.method in ("GET", "HEAD") else self.writes
        return self.fault(asked, reply) if self.fault is not None and happens else reply


def drifts() -> tuple[Drift, ...]:
    """Returns all of them."""
    return (*changed(), *moved(), *down(), *refused(), *unclear())


def changed() -> Iterator[Drift]:
    """Yields changes of the form of an answer, of every good answer."""
    for name, change in CHANGES.items():
        yield Drift(name=name, label="upstream_changed", fault=_changing(change))
    yield Drift(name="XML instead of JSON", label="upstream_changed", fault=_as_xml)


def moved() -> Iterator[Drift]:
    """Yields interfaces that are gone or ask for more than they did."""
    away = {"Location": "https://www.elsewhere.example/v9/"}
    gone = {"error": "gone", "message": "This version was retired. Please migrate to v4."}
    needs = {"error": "missing_parameter", "message": "parameter api_version is required"}
    for name, status, value, headers in (
        ("301 to another host", 301, None, away),
        ("308 to another host", 308, None, away),
        ("404 on every address", 404, {"message": "no route"}, {}),
        ("410 for this version", 410, gone, {}),
        ("400, a new parameter is required", 400, needs, {}),
    ):
        yield Drift(name=name, label="upstream_changed", fault=_status(status, value, headers))


def down() -> Iterator[Drift]:
    """Yields services that do not work for anybody; what changes something was not carried out."""
    for status in (500, 502, 503, 520):
        yield Drift(
            name=f"{status} with JSON",
            label="upstream_down",
            fault=_status(status, {"error": "internal", "request_id": "f3a9"}),
            writes=False,
        )
    page = {"Content-Type": "text/html"}
    late = {**page, "Retry-After": "120"}
    for name, fault in (
        ("503 with a page", lambda _, reply: replace(reply, status=503, body=_HTML, headers=late)),
        ("504 with a page", lambda _, reply: replace(reply, status=504, body=_HTML, headers=page)),
        ("a page with status 200", lambda _, reply: replace(reply, status=200, body=_HTML, headers=page)),
        ("half of the JSON", lambda _, reply: replace(reply, body=reply.body[: len(reply.body) // 2])),
        ("no body", lambda _, reply: replace(reply, body=b"")),
        ("cut off in the body", lambda _, reply: replace(reply, ending="cut")),
        ("connection reset", lambda _, reply: replace(reply, body=b"", ending="reset")),
    ):
        yield Drift(name=name, label="upstream_down", fault=fault, writes=False)
    yield Drift(name="no answer", label="upstream_down", fault=_silent, seconds=1.5, writes=False)
    for name in ("dns", "refused", "timeout"):
        yield Drift(name=f"unreachable: {name}", label="upstream_down", unreachable=name)


def refused() -> Iterator[Drift]:
    """Yields services that refuse this caller: too often, unpaid, or not known."""
    for name, status, value, headers in LIMITED:
        yield Drift(name=name, label="rate_limited", fault=_status(status, value, headers))
    for name, status, value, headers in UNPAID:
        yield Drift(name=name, label="quota", fault=_status(status, value, headers))
    for name, status, value, headers in UNKNOWN:
        yield Drift(name=name, label="credential", fault=_status(status, value, headers))


def unclear() -> Iterator[Drift]:
    """Yields writes that were carried out, although the caller does not hear of it."""
    given: dict[str, Any] = {"label": "ambiguous", "reads": False}
    yield Drift(name="write, then no answer", fault=_silent, seconds=1.5, **given)
    for name, ending in (("write, then reset", "reset"), ("write, then cut off", "cut")):
        yield Drift(name=name, fault=_ending(ending), **given)
    yield Drift(name="write, then 504", fault=_status(504, {"error": "upstream timed out"}), **given)
    yield Drift(name="write, then 502", fault=_status(502, None), **given)


def harmless() -> Iterator[tuple[str, Fault]]:
    """Yields changes of good answers that concern nobody: nothing has to be noticed."""
    yield "a new field", _changing(_with_more)
    yield "keys in another order", _changing(_reversed_keys)
    yield "indented JSON", lambda _, reply: replace(reply, body=json.dumps(reply.json, indent=2).encode())
    yield (
        "other headers",
        lambda _, reply: replace(reply, headers={**reply.headers, "X-Served-By": "cache-7"}),
    )


LIMITED: Final[tuple[tuple[str, int, Any, Mapping[str, str]], ...]] = (
    ("429, wait 30 s", 429, {"error": "too many requests"}, {"Retry-After": "30"}),
    ("429, wait until a date", 429, None, {"Retry-After": formatdate(1_772_600_000, usegmt=True)}),
    ("429 without more", 429, None, {}),
    ("429 with limits", 429, {"message": "slow down"}, {"RateLimit-Remaining": "0", "RateLimit-Reset": "41"}),
    ("429 with a page", 429, _HTML, {"Content-Type": "text/html"}),
    ("403, none remaining", 403, {"message": "API rate limit exceeded for this address."},
     {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1772600000"}),
)  # fmt: skip
UNPAID: Final[tuple[tuple[str, int, Any, Mapping[str, str]], ...]] = (
    ("402 with JSON", 402, {"error": "payment_required", "message": "Your trial has ended."}, {}),
    ("402 with a problem", 402, {"type": "about:blank", "title": "Payment Required", "status": 402},
     {"Content-Type": "application/problem+json"}),
    ("402 with a page", 402, _HTML, {"Content-Type": "text/html"}),
    ("402 without more", 402, None, {}),
    ("402 with a balance", 402, {"code": 4020, "balance": -0.42, "currency": "EUR"}, {}),
    ("429, quota is spent", 429, {"error": {"code": "insufficient_quota", "type": "insufficient_quota",
     "message": "You exceeded your current quota, please check your plan and billing details."}}, {}),
)  # fmt: skip
UNKNOWN: Final[tuple[tuple[str, int, Any, Mapping[str, str]], ...]] = (
    ("401 with a challenge", 401, {"message": "Bad credentials"}, {"WWW-Authenticate": 'Bearer realm="api"'}),
    ("401, the token has expired", 401, {"error": "invalid_token", "error_description": "expired"}, {}),
    ("401 without more", 401, None, {}),
    ("403 with JSON", 403, {"error": "forbidden", "message": "This key may not read this resource."}, {}),
    ("403 without more", 403, None, {}),
)  # fmt: skip


def _changing(change: Change) -> Fault:
    def fault(asked: Asked, reply: Reply) -> Reply:
        return reply.with_json(change(reply.json)) if 200 <= reply.status < 300 else reply

    return fault


def _status(status: int, value: Any, headers: Mapping[str, str] = {}) -> Fault:
    def fault(asked: Asked, reply: Reply) -> Reply:
        body = value if isinstance(value, bytes) else b"" if value is None else json.dumps(value).encode()
        return replace(reply, status=status, body=body, headers={**reply.headers, **headers})

    return fault


def _ending(ending: str) -> Fault:
    return lambda _, reply: replace(reply, body=b"" if ending == "reset" else reply.body, ending=ending)


def _silent(asked: Asked, reply: Reply) -> Reply:
    return replace(reply, ending="silence")


def _as_xml(asked: Asked, reply: Reply) -> Reply:
    if not 200 <= reply.status < 300:
        return reply
    text = f'<?xml version="1.0"?>\n<response>{_xml(reply.json)}</response>'
    return replace(reply, body=text.encode(), headers={"Content-Type": "application/xml"})


def _xml(value: Any) -> str:
    match value:
        case dict():
            return "".join(f"<{name}>{_xml(inner)}</{name}>" for name, inner in value.items())
        case list():
            return "".join(f"<item>{_xml(inner)}</item>" for inner in value)
    return str(value)


def walked(value: Any, change: Callable[[str, Any], tuple[str, Any] | None]) -> Any:
    """Returns a JSON value with each field of its objects changed; where `change` returns None it is gone."""
    match value:
        case dict():
            rows = (change(name, walked(inner, change)) for name, inner in value.items())
            return dict(row for row in rows if row is not None)
        case list():
            return [walked(inner, change) for inner in value]
    return value


def leaves(value: Any) -> list[str]:
    """Returns the names of the fields that hold plain values, in the order of their first use."""
    found: dict[str, None] = {}

    def see(name: str, inner: Any) -> tuple[str, Any]:
        if not isinstance(inner, dict | list):
            found.setdefault(name)
        return name, inner

    walked(value, see)
    return list(found)


def _each_leaf(change: Callable[[str, Any], tuple[str, Any] | None], wanted: Callable[[Any], bool]) -> Change:
    """Returns a change of the fields with plain values for which `wanted` holds."""

    def apply(name: str, value: Any) -> tuple[str, Any] | None:
        plain = not isinstance(value, dict | list)
        return change(name, value) if plain and wanted(value) else (name, value)

    return lambda body: walked(body, apply)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_time(value: Any) -> bool:
    return isinstance(value, str) and _TIME.fullmatch(value) is not None


def _camel(name: str) -> str:
    if "_" in name:
        first, *rest = name.split("_")
        return first + "".join(part.capitalize() for part in rest)
    return re.sub(r"(?<=[a-z])([A-Z])", lambda found: f"_{found[1].lower()}", name)


def _seconds(text: str) -> int:
    moment = text.replace("Z", "+00:00") if "T" in text else f"{text}T00:00:00+00:00"
    return int(datetime.fromisoformat(moment).timestamp())


def _european(text: str) -> str:
    day = f"{text[8:10]}.{text[5:7]}.{text[:4]}"
    return day + (f" {text[11:16]}" if "T" in text else "")


def _unwrapped(body: Any) -> Any:
    """Returns the body in an envelope, or out of the one that it has."""
    if isinstance(body, dict) and len(body) == 1:
        return next(iter(body.values()))
    return {"status": "ok", "result": body}


def _paged(body: Any) -> Any:
    """Returns the body with each list replaced by its first page."""
    page = {"cursor": "b2Zmc2V0PTI=", "per_page": 2}
    if isinstance(body, list):
        return {"items": body[:2], "paging": page}
    return walked(body, lambda name, value: (name, _page(value) if isinstance(value, list) else value))


def _page(rows: list[Any]) -> dict[str, Any]:
    return {"nodes": rows[:2], "has_more": len(rows) > 2}


def _keyed(body: Any) -> Any:
    """Returns the body with each list of objects as an object by number."""
    if isinstance(body, list):
        return {str(at): row for at, row in enumerate(body)}
    return walked(body, lambda name, value: (name, _keyed(value) if isinstance(value, list) else value))


def _with_more(body: Any) -> Any:
    return {**body, "api_revision": 7, "notice": None} if isinstance(body, dict) else body


def _reversed_keys(body: Any) -> Any:
    match body:
        case dict():
            return {name: _reversed_keys(body[name]) for name in reversed(body)}
        case list():
            return [_reversed_keys(row) for row in body]
    return body


def _in_other_case(body: Any) -> Any:
    def other(name: str) -> str:
        return _camel(name) if _camel(name) != name else name.capitalize()

    return walked(body, lambda name, value: (other(name), value))


CHANGES: Final[Mapping[str, Change]] = {
    "all fields in another case": _in_other_case,
    "numbers renamed": _each_leaf(lambda name, value: (f"{name}_value", value), _is_number),
    "texts renamed": _each_leaf(lambda name, value: (f"display_{name}", value), _is_text),
    "numbers removed": _each_leaf(lambda name, value: None, _is_number),
    "texts removed": _each_leaf(lambda name, value: None, _is_text),
    "numbers null": _each_leaf(lambda name, value: (name, None), _is_number),
    "texts null": _each_leaf(lambda name, value: (name, None), _is_text),
    "numbers as texts": _each_leaf(lambda name, value: (name, f"{value:,}"), _is_number),
    "numbers with their unit": _each_leaf(
        lambda name, value: (name, {"value": value, "unit": "std"}), _is_number
    ),
    "texts by language": _each_leaf(lambda name, value: (name, {"en": value}), _is_text),
    "texts as lists": _each_leaf(lambda name, value: (name, [value]), _is_text),
    "an envelope": _unwrapped,
    "two envelopes": lambda body: {"meta": {"took_ms": 4}, "payload": {"response": body}},
    "pages": _paged,
    "objects instead of lists": _keyed,
    "times in seconds": _each_leaf(lambda name, value: (name, _seconds(value)), _is_time),
    "dates day first": _each_leaf(lambda name, value: (name, _european(value)), _is_time),
}
