"""The headers of a request: the app's own, checked; the broker's; and the one with the grant's secret."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from mapp.model.http import Header, HttpGrant, is_header_name, is_header_value, is_reserved
from mapp.sandbox.broker.redaction import MIN_SECRET_LENGTH
from mapp.sandbox.broker.refusal import Refusal
from mapp.sandbox.broker.target import Target

MAX_HEADERS: Final = 64
MAX_HEADERS_SIZE: Final = 16 * 1024

# Forbidden besides the headers of the connection itself: sessions (none are kept), the origin of a request
# (the host sets it), overrides of the granted method, and the passwords of metadata services.
_FORBIDDEN: Final = frozenset(
    {
        "cookie",
        "cookie2",
        "date",
        "forwarded",
        "metadata",
        "metadata-flavor",
        "origin",
        "referer",
        "via",
        "x-aws-ec2-metadata-token",
        "x-aws-ec2-metadata-token-ttl-seconds",
        "x-google-metadata-request",
        "x-http-method",
        "x-http-method-override",
        "x-method-override",
        "x-original-url",
        "x-real-ip",
        "x-rewrite-url",
    }
)
_FORBIDDEN_STARTS: Final = ("sec-", "x-forwarded-")
_HARMLESS: Final = frozenset({"accept", "accept-language", "content-type", "user-agent"})
_DROPPED: Final = frozenset({"set-cookie", "set-cookie2", "content-encoding", "content-length"})


def own_headers(headers: Iterable[Header]) -> dict[str, str]:
    """Returns the app's headers by lower-case name.

    Raises:
        Refusal: `forbidden` or `too_large`.
    """
    checked: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        if not is_header_name(name) or not is_header_value(value):
            raise Refusal("forbidden", f"the header {name[:100]!a} is not well formed")
        if key in _FORBIDDEN or is_reserved(key) or key.startswith(_FORBIDDEN_STARTS):
            raise Refusal("forbidden", f"an app may not set the header {key!a}")
        if key in checked:
            raise Refusal("forbidden", f"the header {key!a} is given twice")
        checked[key] = value.strip()
    size = sum(len(name) + len(value) + 4 for name, value in checked.items())
    if len(checked) > MAX_HEADERS or size > MAX_HEADERS_SIZE:
        raise Refusal("too_large", f"more than {MAX_HEADERS} headers, or {MAX_HEADERS_SIZE} bytes")
    return checked


def harmless(headers: Mapping[str, str]) -> dict[str, str]:
    """Returns the headers that may follow a redirect to another origin."""
    return {name: value for name, value in headers.items() if name in _HARMLESS}


def secret_header(grant: HttpGrant, target: Target, secrets: Mapping[str, str]) -> dict[str, str]:
    """Returns the header with the grant's secret, or none if the grant has no secret.

    Raises:
        Refusal: `forbidden` if the secret is missing or cannot be sent.
    """
    use = grant.secret
    if use is None:
        return {}
    if use.name not in secrets:
        raise Refusal("forbidden", f"the secret {use.name!a} is not set")
    if target.scheme != "https":
        raise Refusal("forbidden", f"the secret {use.name!a} is never sent over plain http")
    value = use.prefix + secrets[use.name]
    if not is_header_name(use.header) or is_reserved(use.header) or not is_header_value(value):
        raise Refusal("forbidden", f"the secret {use.name!a} does not fit into a header")
    if len(secrets[use.name].strip()) < MIN_SECRET_LENGTH:
        raise Refusal("forbidden", f"the secret {use.name!a} has fewer than {MIN_SECRET_LENGTH} characters")
    return {use.header.lower(): value.strip()}


def sent_headers(
    target: Target, own: Mapping[str, str], secret: Mapping[str, str], length: int | None
) -> tuple[Header, ...]:
    """Returns all headers of a request in order. `length` is the body's length in bytes, or None.

    Raises:
        Refusal: `forbidden` if the app sets the header of the secret.
    """
    for name in secret:
        if name in own:
            raise Refusal("forbidden", f"the app may not set the header {name!a}: it carries a secret")
    framing = {"host": target.authority, "connection": "close", "accept-encoding": "gzip, deflate"}
    if length is not None:
        framing["content-length"] = str(length)
    defaults = {"accept": "*/*", "user-agent": "mapp"}
    return tuple({**framing, **defaults, **own, **secret}.items())


def answered_headers(headers: Iterable[tuple[bytes, bytes]]) -> tuple[Header, ...]:
    """Returns the headers of an answer that an app may see: no cookies, no transfer headers."""
    joined: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        if name not in _DROPPED and not is_reserved(name):
            joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return tuple(joined.items())
