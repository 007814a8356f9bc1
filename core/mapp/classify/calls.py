"""Summarises the host calls of a run, compared with what good runs and the app's recordings show."""

from __future__ import annotations

import base64
import ipaddress
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from mapp.classify.facts import BodyKind, Call
from mapp.classify.refusals import Reason, asks_to_sign_in, is_error, reason_of
from mapp.classify.shapes import Shape, differences, grafted, merged, shape_of
from mapp.model.http import METHODS, HttpGrant, is_after_sending
from mapp.model.recording import Exchange
from mapp.model.values import JSONValue

READING: Final = frozenset(["GET", "HEAD", "OPTIONS"])
"""Methods that change nothing (RFC 9110, 9.2.1)."""
_VARIABLE: Final = re.compile(r"(?!v\d+\Z).*\d|[A-Za-z0-9_-]{21,}\Z|.*[%@,:;=]")
_HTML: Final = re.compile(
    r"\s*<(!doctype html|!--|(html|head|body|title|meta|script|style|center|div|p|br|hr|h[1-6]|b|form)\b)",
    re.IGNORECASE,
)
_XML: Final = re.compile(r"\s*<(\?xml|[a-z_][\w:.-]*[\s/>])", re.IGNORECASE)
_BROKEN: Final = re.compile(r"""\s*[\[{"]""")
_REST: Final = re.compile(r"[\w.+\-\\]*")
"""What may follow the place where a text that was cut off stops to be JSON: nothing, or half a word."""
_KNOWN: Final = frozenset([*METHODS, "CONNECT", "TRACE"])
"""Methods that mean something; another one is a slip, and asks the host for nothing."""
_ABOUT_DATA: Final = frozenset([400, 409, 413, 414, 422])
"""Statuses of refusals that may be about the data that was sent."""
_PLAIN: Final = frozenset([401, 402, 404, 405, 406, 408, 410, 411, 415, 425, 426, 451])
"""Statuses that say themselves what is the matter."""
_REMAINING: Final = ("x-ratelimit-remaining", "ratelimit-remaining", "x-rate-limit-remaining")
_UNUSABLE: Final = frozenset(["html", "empty", "broken"])
_PORTS: Final = {"https": 443, "http": 80}
MAX_BODY: Final = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """The form of a web request: two with the same form ask the same thing of different data.

    `poses`: it names another host in a header than in its address.
    """

    method: str
    scheme: str
    host: str
    port: int | None
    segments: tuple[str, ...]
    names: frozenset[str]
    fields: frozenset[str]
    text: str
    poses: bool = False

    @property
    def endpoint(self) -> str:
        """Returns method, host and path with its variable parts replaced."""
        path = "/".join("*" if _VARIABLE.match(row) else row for row in self.segments)
        return f"{self.method} {self.host}/{path}"


@dataclass(frozen=True, kw_only=True, slots=True)
class GoodAnswer:
    """One answer that a run coped with."""

    request: Request
    status: int
    body: BodyKind
    value: JSONValue


class Learned:
    """What an app's requests and their answers look like while all is well."""

    def __init__(self, good: Iterable[Exchange]) -> None:
        self._answers = [row for row in map(_good_answer, good) if row is not None]

    def __bool__(self) -> bool:
        return bool(self._answers)

    def call(self, exchange: Exchange, grants: Sequence[HttpGrant] = ()) -> Call:
        """Returns the summary of one host call."""
        request = _request(exchange)
        if request is None:
            return Call(name=exchange.name, code=exchange.code)
        similar = [row for row in self._answers if _is_similar(row.request, request)]
        same = [row for row in similar if row.request.text == request.text]
        answer = _answer(exchange)
        call = Call(
            name=exchange.name,
            code=exchange.code,
            endpoint=request.endpoint,
            host=request.host,
            status=answer.get("status", 0),
            writes=request.method not in READING,
            sent=not exchange.code or is_after_sending(exchange.message),
            declared=not request.poses and (_names_nothing(request) or _is_declared(request, grants)),
            is_internal=_is_internal(request.host),
            asked_before=any(_has_form(row.request, request) for row in similar) or not self._answers,
            answered_before=any(200 <= row.status < 300 for row in same),
            known_status=any(row.status == answer.get("status") for row in similar),
        )
        if exchange.code:
            return replace(call, is_denied=exchange.code == "redirect" and asks_to_sign_in(exchange.message))
        kind, value = _body(answer)
        if not 200 <= call.status < 300:
            return _reasoned(replace(call, body=kind), _refusal(call.status, answer, value))
        found = _compared(similar, same, kind, value)
        call = replace(call, body=kind, differences=found, unusable=bool(found) and kind in _UNUSABLE)
        return _reasoned(call, _failure(call, answer, value)) if found else call

    def repaired(self, exchange: Exchange) -> Exchange | None:
        """Returns a call whose answer has, where it differs, what the same request got while all was well.

        None if this very request got no good answer before, or if there is nothing to repair.
        """
        request = _request(exchange)
        if request is None or exchange.code:
            return None
        similar = [row for row in self._answers if _is_similar(row.request, request)]
        good = [row for row in similar if row.body == "json" and 200 <= row.status < 300]
        same = [row for row in good if row.request.text == request.text]
        answer = _answer(exchange)
        kind, value = _body(answer)
        if not same or kind != "json":
            return None
        whole = grafted(_shape(same), grafted(_shape(good), value, same[-1].value), same[-1].value)
        if whole == value:
            return None
        return replace(exchange, answer=json.dumps({**answer, "body": json.dumps(whole)}))


def summarise(
    exchanges: Sequence[Exchange], good: Iterable[Exchange], grants: Sequence[HttpGrant] = ()
) -> tuple[Call, ...]:
    """Returns the summaries of a run's host calls, in their order.

    `good` are the calls of the app's recordings and of runs that ended well, `grants` the manifest's hosts.
    """
    learned = Learned(good)
    calls = [learned.call(row, grants) for row in exchanges]
    for at, row in enumerate(exchanges):
        later = [calls[other] for other in range(at + 1, len(calls)) if exchanges[other].asked == row.asked]
        if any(not call.code and call.status < 400 and not call.differences for call in later):
            calls[at] = replace(calls[at], recovered=True)
    return tuple(calls)


def _compared(
    similar: Sequence[GoodAnswer], same: Sequence[GoodAnswer], kind: BodyKind, value: JSONValue
) -> tuple[str, ...]:
    """Returns the differences of a good status's body from what was learned."""
    known = [row for row in similar if 200 <= row.status < 300]
    if not known:
        return ()
    kinds = {row.body for row in known}
    if kind not in kinds:
        return (f"the answer is {kind}, and was {' or '.join(sorted(kinds))}",)
    if kind != "json":
        return ()
    exact = [row for row in same if row.body == "json" and 200 <= row.status < 300]
    found = list(differences(_shape(known), value))
    found += [line for line in (differences(_shape(exact), value) if exact else ()) if line not in found]
    return tuple(found)


def _shape(answers: Sequence[GoodAnswer]) -> Shape:
    shapes = [shape_of(row.value, row.request.text) for row in answers if row.body == "json"]
    found = shapes[0]
    for shape in shapes[1:]:
        found = merged(found, shape)
    return found


def _good_answer(exchange: Exchange) -> GoodAnswer | None:
    request = _request(exchange)
    if request is None or exchange.code:
        return None
    answer = _answer(exchange)
    kind, value = _body(answer)
    return GoodAnswer(request=request, status=answer.get("status", 0), body=kind, value=value)


def _request(exchange: Exchange) -> Request | None:
    """Returns the form of a web request, None for other calls and for arguments that are not a request."""
    try:
        [asked] = json.loads(exchange.arguments)
        parts = urlsplit(asked["url"])
        method, body = str(asked.get("method") or "GET").upper(), asked.get("body")
        host, port = (parts.hostname or "").lower(), parts.port
        poses = _poses(asked.get("headers"), parts.netloc)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    if exchange.name != "http":
        return None
    document = _parsed(body) if isinstance(body, str) else None
    return Request(
        method=method,
        scheme=parts.scheme.lower(),
        host=host,
        port=port,
        segments=tuple(parts.path.strip("/").split("/")),
        names=frozenset(name for name, _ in parse_qsl(parts.query, keep_blank_values=True)),
        fields=frozenset(document) if isinstance(document, dict) else frozenset(),
        text=f"{method} {parts.scheme}://{parts.netloc}{parts.path}?{parts.query} {body or ''}",
        poses=poses,
    )


def _poses(headers: object, host: str) -> bool:
    """Returns whether a header names another host than the address does."""
    named = (
        [value for name, value in headers.items() if name.lower() == "host"]
        if isinstance(headers, dict)
        else []
    )
    return any(str(value).strip().lower() != host.lower() for value in named)


def _is_similar(known: Request, new: Request) -> bool:
    """Returns whether two requests ask the same endpoint: path parts may differ where they are data."""
    if (known.method, known.host, len(known.segments)) != (new.method, new.host, len(new.segments)):
        return False
    unequal = sum(1 for one, two in zip(known.segments, new.segments, strict=True) if one != two)
    variable = sum(
        1
        for one, two in zip(known.segments, new.segments, strict=True)
        if one != two and _VARIABLE.match(one) and _VARIABLE.match(two)
    )
    # One plain word may differ as well, as in /cities/oslo and /cities/lima, if another part is the same.
    return unequal - variable <= (1 if len(known.segments) > 1 else 0)


def _has_form(known: Request, new: Request) -> bool:
    return known.names == new.names and known.fields == new.fields


def _names_nothing(request: Request) -> bool:
    """Returns whether a web address has no host, as one whose parts were put together wrongly."""
    return not request.host and request.scheme in ("", *_PORTS)


def _is_declared(request: Request, grants: Sequence[HttpGrant]) -> bool:
    return any(
        grant.host.lower().strip("[]") == request.host.strip("[]")
        and (request.method in grant.methods or request.method not in _KNOWN)
        and (grant.plain or request.scheme == "https")
        and (grant.port or _PORTS.get(request.scheme)) == (request.port or _PORTS.get(request.scheme))
        for grant in grants
    )


def _is_internal(host: str) -> bool:
    """Returns whether a host is an address that is not public, or a name of this machine or its network."""
    try:
        return not ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        return host in ("localhost", "metadata.google.internal") or host.endswith(
            (".localhost", ".local", ".internal", ".home.arpa")
        )


def _answer(exchange: Exchange) -> dict[str, Any]:
    found = _parsed(exchange.answer)
    return found if isinstance(found, dict) else {}


def _body(answer: dict[str, Any]) -> tuple[BodyKind, JSONValue]:
    """Returns what a body is, and its value if it is JSON. The body decides, not the server's header."""
    text = answer.get("body", "")
    if answer.get("base64"):
        text = _cut_text(text)
        return ("broken" if text and _is_cut(text) else "binary"), None
    if not isinstance(text, str) or not text.strip():
        return "empty", None
    value = _parsed(text) if len(text) <= MAX_BODY else None
    if value is not None or text.strip() == "null":
        return "json", value
    if _HTML.match(text):
        return "html", None
    if _XML.match(text):
        return "xml", None
    return ("broken" if _is_cut(text) else "text"), None


def _is_cut(text: str) -> bool:
    """Returns whether a text is the beginning of a JSON object, list or text, and no more than that."""
    if not _BROKEN.match(text):
        return False
    try:
        json.JSONDecoder().raw_decode(text.lstrip())
    except json.JSONDecodeError as error:
        rest = text.lstrip()[error.pos :].rstrip()
        return error.msg.startswith("Unterminated") or bool(_REST.fullmatch(rest))
    except RecursionError:
        return False
    return False  # a whole value, and more


def _cut_text(body: object) -> str:
    """Returns the text in base64 that ends in the middle of a character, without that; "" for other data."""
    try:
        data = base64.b64decode(str(body), validate=True)
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return (
            data[: error.start].decode("utf-8")
            if error.end == len(data) and error.start > len(data) - 4
            else ""
        )
    except ValueError:
        return ""
    return ""


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _is_throttled(answer: dict[str, Any]) -> bool:
    """Returns whether headers say that a refusal is one of too many requests, as for GitHub's status 403."""
    headers = answer.get("headers")
    if not isinstance(headers, dict):
        return False
    remaining = [str(headers.get(name, "")).strip() for name in _REMAINING]
    return "0" in remaining or bool(str(headers.get("retry-after", "")).strip())


def _refusal(status: int, answer: dict[str, Any], value: JSONValue) -> Reason:
    """Returns what an answer with a bad status says is the matter, besides its status."""
    text = str(answer.get("body", ""))
    if status in (503, 529):
        return "rate_limited" if reason_of(text, value) == "rate_limited" else ""
    if not 400 <= status < 500 or status in _PLAIN:
        return ""
    reason = reason_of(text, value, strict=status in _ABOUT_DATA)
    if reason != "quota" and _is_throttled(answer):
        return "rate_limited"
    return "" if reason == "credential" and status == 429 else reason


def _failure(call: Call, answer: dict[str, Any], value: JSONValue) -> Reason:
    """Returns what an answer with a good status says is the matter, if it is none of the known data."""
    if call.body == "html":
        reason = reason_of(str(answer.get("body", "")), None)
        return reason if reason in ("credential", "rate_limited") else "down"
    if call.body == "json" and is_error(value):
        return reason_of("", value) or "down"
    not_yet = call.status == 202 and not (call.known_status or call.writes)
    return "down" if not_yet else ""


def _reasoned(call: Call, reason: Reason) -> Call:
    """Returns a call with what it says is the matter."""
    return replace(
        call,
        is_quota=reason == "quota",
        is_throttled=reason == "rate_limited",
        is_denied=reason == "credential",
        unusable=call.unusable or reason == "down",
    )
