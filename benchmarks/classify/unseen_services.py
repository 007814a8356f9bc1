"""What else happens to web services: written by somebody who had not read the rules, and played once.

The labels follow from the cause that each entry names. What only time or the operator helps with is a service
that is down, and what stays as it is until the app is changed is a change.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from benchmarks.classify.drift import Change, Drift, walked
from benchmarks.classify.library import KEY
from benchmarks.classify.network import Fault, Reply
from benchmarks.classify.services import Asked
from mapp.model.incident import FailureClass

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}Z)?")
_LOGIN: Final = (
    b"<html><body><form action='/login' method='post'><h2>Please sign in to continue</h2>"
    b"<input name='user'><input name='password' type='password'></form></body></html>"
)
_CAPTCHA: Final = (
    b"<html><head><title>One more step</title></head><body>Our systems have detected unusual traffic from "
    b"your network. Solve the puzzle to go on.<div class='captcha'></div></body></html>"
)
_WARNING: Final = (
    b"<br />\n<b>Warning</b>:  mysqli_connect(): (HY000/2002): Connection refused in "
    b"<b>/var/www/api/db.php</b> on line <b>31</b><br />\n"
)
_TRACE: Final = (
    b'Traceback (most recent call last):\n  File "app.py", line 88, in handler\n    row = pool.acquire()\n'
    b"TimeoutError: QueuePool limit of size 5 overflow 10 reached\n"
)
_PLAIN: Final = {"Content-Type": "text/plain"}
_PAGE: Final = {"Content-Type": "text/html; charset=utf-8"}


def drifts() -> tuple[Drift, ...]:
    """Returns all of them."""
    return (*changed(), *moved(), *down(), *refused(), *unclear())


def harmless() -> Iterator[tuple[str, Fault]]:
    """Yields other ways to say the same: nothing has to be noticed."""
    yield "a line break at the end", _body(lambda body: body + b"\r\n\r\n")
    yield "escaped letters", _value(lambda body: json.dumps(body, ensure_ascii=True).encode())
    yield (
        "a shorter content type",
        lambda _, reply: replace(reply, headers={"content-type": "application/json"}),
    )
    yield "a new field in every object", _value(lambda body: json.dumps(_with_link(body)).encode())
    yield (
        "a warning in a header",
        _headers({"Deprecation": "true", "Sunset": "Wed, 01 Dec 2027 00:00:00 GMT"}),
    )
    yield "few requests left", _headers({"X-RateLimit-Limit": "100", "X-RateLimit-Remaining": "3"})


def changed() -> Iterator[Drift]:
    """Yields good answers of another form."""
    for name, change in CHANGES.items():
        yield Drift(name=name, label="upstream_changed", fault=_value(_as_json(change)))
    for name, written in WRITTEN.items():
        yield Drift(name=name, label="upstream_changed", fault=_value(written))


def moved() -> Iterator[Drift]:
    """Yields interfaces that want to be used in another way from now on."""
    retired = {"ok": False, "error": {"code": "version_retired", "message": "v1 was shut down, use v2"}}
    manual = {"Location": "https://www.elsewhere.example/docs/migrating-to-v2"}
    for name, status, value, headers in (
        ("200, this version is retired", 200, retired, {}),
        ("302 to a manual", 302, None, manual),
        ("404 with a page on every address", 404, b"<h1>Not Found</h1>", _PAGE),
        ("405, another method", 405, {"error": "use POST /v2/query"}, {"Allow": "POST"}),
        ("415, another content type", 415, {"title": "send application/vnd.api+json"}, {}),
        ("426, a newer protocol", 426, None, {"Upgrade": "HTTP/2.0"}),
    ):
        yield Drift(name=name, label="upstream_changed", fault=_status(status, value, headers))


def down() -> Iterator[Drift]:
    """Yields services that are out of order for a while; nothing was written."""
    trouble = {"status": "error", "message": "The service is temporarily unavailable. Try again later."}
    given: dict[str, Any] = {"label": "upstream_down", "writes": False}
    for name, status, value, headers in (
        ("200 that says: try again later", 200, trouble, {}),
        ("200 with a warning of the database", 200, _WARNING, _PAGE),
        ("202, still in work", 202, {"status": "queued", "poll": "/jobs/81"}, {}),
        ("204 in place of an answer", 204, None, {}),
        ("408", 408, {"error": "request timeout"}, {}),
        ("451 in this country", 451, {"message": "Unavailable For Legal Reasons"}, {}),
        ("500 with a stack trace", 500, _TRACE, _PLAIN),
        ("502 without a body", 502, None, {}),
        ("503 with a date to retry after", 503, {}, {"Retry-After": "Mon, 02 Mar 2026 12:00:00 GMT"}),
        ("521 of a proxy", 521, b"error code: 521", _PLAIN),
        ("529, overloaded", 529, {"type": "error", "error": {"type": "overloaded_error"}}, {}),
    ):
        yield Drift(name=name, fault=_status(status, value, headers), **given)
    for name, fault in (
        ("206 with a part", lambda _, reply: replace(reply, status=206, body=reply.body[:40])),
        ("damaged gzip", _gzip),
        ("a chunk that never comes", _ended("chunks")),
        ("the connection ends before an answer", _ended("hangup")),
        ("no HTTP at all", lambda _, reply: replace(reply, body=b"SSH-2.0-OpenSSH_9.6\r\n", ending="bare")),
    ):
        yield Drift(name=name, fault=fault, **given)
    yield Drift(name="a byte at a time", fault=_ended("drip"), seconds=1.2, **given)
    for name in ("dns is busy", "no TLS", "another's certificate", "no route", "reset at once"):
        yield Drift(name=f"unreachable: {name}", label="upstream_down", unreachable=name)


def refused() -> Iterator[Drift]:
    """Yields services that do not serve this caller, for one of three reasons."""
    for label, table in REFUSED.items():
        for name, (status, value, headers) in table.items():
            yield Drift(name=name, label=label, fault=_status(status, value, headers))


def unclear() -> Iterator[Drift]:
    """Yields writes that were carried out, although the answer does not say so."""
    given: dict[str, Any] = {"label": "ambiguous", "reads": False}
    for name, ending in (("hung up", "hangup"), ("a chunk is missing", "chunks")):
        yield Drift(name=f"write, then {name}", fault=_ended(ending), **given)
    yield Drift(name="write, then a slow answer", fault=_ended("drip"), seconds=1.2, **given)
    yield Drift(name="write, then damaged gzip", fault=_gzip, **given)
    yield Drift(name="write, then 500", fault=_status(500, _TRACE, _PLAIN), **given)
    yield Drift(name="write, then 524", fault=_status(524, b"error code: 524", _PLAIN), **given)
    yield Drift(name="write, then 408", fault=_status(408, None, {}), **given)


def wrong_key(asked: Asked, reply: Reply) -> Reply:
    """Refuses every request that does not carry the right secret."""
    if any(KEY in text for text in (*asked.headers.values(), asked.target)):
        return reply
    return _status(401, {"message": "Invalid API key. See the FAQ."}, {})(asked, reply)


REFUSED: Final[Mapping[FailureClass, Mapping[str, tuple[int, Any, Mapping[str, str]]]]] = {
    "rate_limited": {
        "200, rate limit in JSON": (200, {"error": "rate_limit_exceeded", "retry_after": 12}, {}),
        "200, code 429 in JSON": (200, {"code": 429, "data": None, "msg": "Too many requests"}, {}),
        "400, throttled": (400, {"__type": "ThrottlingException", "message": "Rate exceeded"}, {}),
        "403, too fast": (403, {"error": {"errors": [{"reason": "userRateLimitExceeded"}]}}, {}),
        "418, too many": (418, {"error": "Too many requests from this client"}, {"Retry-After": "90"}),
        "420": (420, {"error": "Enhance your calm"}, {}),
        "429, plain text": (429, b"Rate limit exceeded\n", {**_PLAIN, "Retry-After": "0"}),
        "429, another language": (429, {"message": "请求过于频繁"}, {"x-ratelimit-reset-after": "2.5"}),
        "503, slow down": (503, b"<Error><Code>SlowDown</Code></Error>", {"Content-Type": "application/xml"}),
        "a puzzle for robots": (200, _CAPTCHA, _PAGE),
    },
    "quota": {
        "200, over the daily quota": (200, {"status": "OVER_DAILY_LIMIT", "error_message": "You have "
                                            "exceeded your daily request quota.", "results": []}, {}),
        "400, no credit": (400, {"error": {"message": "Your credit balance is too low to use the API."}}, {}),
        "403, daily limit": (403, {"error": {"errors": [{"reason": "dailyLimitExceeded"}], "code": 403}}, {}),
        "403, the plan ended": (403, {"error": "subscription_expired", "plan": "trial"}, {}),
        "429, a month's quota": (429, {"message": "You have exceeded the MONTHLY quota for Requests on your "
                                       "current plan, BASIC."}, {}),
        "456": (456, {"message": "Quota Exceeded"}, {}),
    },
    "credential": {
        "200, a wrong key": (200, {"success": False, "error": {"type": "invalid_access_key"}}, {}),
        "200, the token expired": (200, {"ok": False, "error": "token_expired"}, {}),
        "200, a page to sign in": (200, _LOGIN, _PAGE),
        "302 to a sign-in": (302, None, {"Location": "https://www.elsewhere.example/login?next=v1"}),
        "400, an invalid grant": (400, {"error": "invalid_grant", "error_description": "revoked"}, {}),
        "401 with a page": (401, _LOGIN, _PAGE),
        "403, the key expired": (403, {"message": "API key expired. Please renew the API key."}, {}),
        "498": (498, {"error": {"code": 498, "message": "Invalid token."}}, {}),
    },
}  # fmt: skip


def _value(written: Callable[[Any], bytes]) -> Fault:
    def fault(asked: Asked, reply: Reply) -> Reply:
        return replace(reply, body=written(reply.json)) if 200 <= reply.status < 300 else reply

    return fault


def _body(change: Callable[[bytes], bytes]) -> Fault:
    return lambda _, reply: replace(reply, body=change(reply.body))


def _headers(more: Mapping[str, str]) -> Fault:
    return lambda _, reply: replace(reply, headers={**reply.headers, **more})


def _as_json(change: Change) -> Callable[[Any], bytes]:
    return lambda body: json.dumps(change(body), ensure_ascii=False).encode()


def _status(status: int, value: Any, headers: Mapping[str, str]) -> Fault:
    body = value if isinstance(value, bytes) else b"" if value is None else json.dumps(value).encode()
    return lambda _, reply: replace(reply, status=status, body=body, headers={**reply.headers, **headers})


def _ended(ending: str) -> Fault:
    return lambda _, reply: replace(reply, ending=ending)


def _gzip(asked: Asked, reply: Reply) -> Reply:
    packed = gzip.compress(reply.body, mtime=0)
    damaged = packed[:12] + bytes(byte ^ 0x5A for byte in packed[12:])
    return replace(reply, body=damaged, headers={**reply.headers, "Content-Encoding": "gzip"})


def _plain(change: Callable[[Any], Any]) -> Change:
    """Returns a change of every plain value in a field."""
    return lambda body: walked(
        body, lambda name, value: (name, value if isinstance(value, dict | list) else change(value))
    )


def _named(change: Callable[[str], str]) -> Change:
    return lambda body: walked(body, lambda name, value: (change(name), value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _milliseconds(value: Any) -> Any:
    if not isinstance(value, str) or _DAY.fullmatch(value) is None:
        return value
    text = value.replace("Z", "+00:00") if "T" in value else f"{value}T00:00:00+00:00"
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def _flat(body: Any, path: str = "") -> Any:
    """Returns an object without objects inside: their fields have dots in their names."""
    if isinstance(body, list) and not path:
        return [_flat(row) for row in body]
    if not isinstance(body, dict):
        return body
    found: dict[str, Any] = {}
    for name, value in body.items():
        key = f"{path}.{name}" if path else name
        found |= _flat(value, key) if isinstance(value, dict) else {key: value}
    return found


def _one(body: Any) -> Any:
    """Returns the body with the first of each list in its place."""
    if isinstance(body, list):
        return body[0] if body else None
    return walked(body, lambda name, value: (name, value[0] if isinstance(value, list) and value else value))


def _linked(body: Any) -> Any:
    def link(name: str, value: Any) -> tuple[str, Any]:
        return name, {"href": f"/v2/{name}/7"} if isinstance(value, dict | list) else value

    return {name: link(name, value)[1] for name, value in body.items()} if isinstance(body, dict) else body


def _resource(body: Any) -> Any:
    """Returns the body as JSON:API has it."""
    rows = body if isinstance(body, list) else [body]
    found = [{"type": "item", "id": str(at), "attributes": row} for at, row in enumerate(rows)]
    return {"data": found if isinstance(body, list) else found[0], "jsonapi": {"version": "1.1"}}


def _with_link(body: Any) -> Any:
    match body:
        case dict():
            return {**{name: _with_link(value) for name, value in body.items()}, "_links": None}
        case list():
            return [_with_link(row) for row in body]
    return body


def _table(body: Any) -> bytes:
    rows = [_flat(row) for row in (body if isinstance(body, list) else [body])]
    names = list(rows[0]) if rows and isinstance(rows[0], dict) else []
    lines = [";".join(names), *(";".join(str(row.get(name, "")) for name in names) for row in rows)]
    return "\r\n".join(lines).encode()


def _lines(body: Any) -> bytes:
    rows = body if isinstance(body, list) else [{name: value} for name, value in body.items()]
    return b"\n".join(json.dumps(row).encode() for row in rows) + b"\n{}\n"


def _yaml(value: Any, indent: str = "") -> str:
    match value:
        case dict():
            return "".join(
                f"\n{indent}{name}: {_yaml(inner, indent + '  ')}" for name, inner in value.items()
            )
        case list():
            return "".join(f"\n{indent}- {_yaml(inner, indent + '  ')}" for inner in value)
    return json.dumps(value)


CHANGES: Final[Mapping[str, Change]] = {
    "numbers in lists": _plain(lambda value: [value] if _is_number(value) else value),
    "numbers with a comma": _plain(
        lambda value: str(value).replace(".", ",") if _is_number(value) else value),
    "yes and no in place of true and false": _plain(lambda value: {True: "yes", False: "no"}.get(value, value)
                                                    if isinstance(value, bool) else value),
    "codes in place of words": _plain(
        lambda value: f"CODE_{value.upper()}" if isinstance(value, str) else value),
    "empty texts in place of null and numbers": _plain(lambda value: value if isinstance(value, str) else ""),
    "times in milliseconds": _plain(_milliseconds),
    "names with hyphens": _named(lambda name: name.replace("_", "-") if "_" in name else f"{name}-of"),
    "names with a prefix": _named(lambda name: f"api:{name}"),
    "a list around the body": lambda body: [body],
    "names with dots": _flat,
    "the first in place of a list": _one,
    "links in place of parts": _linked,
    "JSON:API": _resource,
}  # fmt: skip
WRITTEN: Final[Mapping[str, Callable[[Any], bytes]]] = {
    "a mark at the start": lambda body: b"\xef\xbb\xbf" + json.dumps(body).encode(),
    "JSON inside JSON": lambda body: json.dumps(json.dumps(body)).encode(),
    "a call around JSON": lambda body: b"callback(" + json.dumps(body).encode() + b");",
    "a guard before JSON": lambda body: b")]}',\n" + json.dumps(body).encode(),
    "UTF-16": lambda body: json.dumps(body).encode("utf-16"),
    "a table": _table,
    "JSON by lines": _lines,
    "YAML": lambda body: _yaml(body).strip().encode(),
    "a form": lambda body: urlencode(_flat(body) if isinstance(body, dict) else {"rows": len(body)}).encode(),
}  # fmt: skip
