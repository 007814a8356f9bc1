"""Web requests of apps: grants, requests, answers and faults."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, get_args

from mapp.errors import InvalidInput, Problem
from mapp.model.hosts import normal_host

FaultKind: TypeAlias = Literal[
    "forbidden",
    "address",
    "dns",
    "connect",
    "tls",
    "timeout",
    "too_large",
    "too_many",
    "protocol",
    "redirect",
]
Header: TypeAlias = tuple[str, str]

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
"""The methods that can be granted; never CONNECT or TRACE."""

FRAMING: Final = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "expect",
        "host",
        "http2-settings",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""The request headers that belong to the connection; only the broker sets them."""

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}\Z")  # RFC 9110, 5.6.2
_PRINTABLE: Final = re.compile(r"[\x20-\x7e]*\Z")


def is_header_name(text: str) -> bool:
    """Returns whether a text is a header name as RFC 9110 defines it, of at most 100 characters."""
    return _TOKEN.match(text) is not None


def is_header_value(text: str) -> bool:
    """Returns whether a text is printable ASCII; servers disagree about other header values."""
    return _PRINTABLE.match(text) is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class SecretUse:
    """A secret that the host adds to requests; the header's value is `prefix` followed by the secret."""

    name: str
    header: str
    prefix: str = ""

    def to_dict(self) -> dict[str, str]:
        """Returns the `secret` table of a grant."""
        document = {"name": self.name, "header": self.header}
        return document | ({"prefix": self.prefix} if self.prefix else {})

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> SecretUse:
        """Returns what `to_dict` wrote."""
        return cls(**document)


@dataclass(frozen=True, kw_only=True, slots=True)
class HttpGrant:
    """One host that an app may reach, and how.

    `port` None means the scheme's default (443, or 80 if plain); `plain` also allows `http://`.
    """

    host: str
    port: int | None = None
    methods: tuple[str, ...] = ("GET",)
    plain: bool = False
    secret: SecretUse | None = None

    def to_dict(self) -> dict[str, Any]:
        """Returns the entry of `[capabilities] http`."""
        document: dict[str, Any] = {"host": self.host}
        if self.port is not None:
            document["port"] = self.port
        document["methods"] = list(self.methods)
        if self.plain:
            document["plain"] = True
        if self.secret is not None:
            document["secret"] = self.secret.to_dict()
        return document

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> HttpGrant:
        """Returns what `to_dict` wrote."""
        secret = document.get("secret")
        return cls(
            host=document["host"],
            port=document.get("port"),
            methods=tuple(document.get("methods", ("GET",))),
            plain=document.get("plain", False),
            secret=None if secret is None else SecretUse.from_dict(secret),
        )

    def problems(self, path: str = "") -> Iterator[Problem]:
        """Yields everything that makes the grant invalid, each with its path below `path`."""
        below = f"{path}." if path else ""
        try:
            normal_host(self.host)
        except ValueError as error:
            yield Problem(path=f"{below}host", message=f"{self.host!a} {error}")
        if self.port is not None and not 1 <= self.port <= 65_535:
            yield Problem(path=f"{below}port", message="must be between 1 and 65535")
        if not self.methods or not set(self.methods) <= set(METHODS):
            yield Problem(path=f"{below}methods", message=f"must be some of {', '.join(METHODS)}")
        if self.secret is not None:
            yield from self._problems_of_secret(self.secret, below)

    def _problems_of_secret(self, secret: SecretUse, below: str) -> Iterator[Problem]:
        if not is_header_name(secret.header) or is_reserved(secret.header):
            yield Problem(
                path=f"{below}secret.header",
                message=f"{secret.header!a} is not a header that can carry a secret",
            )
        if not is_header_value(secret.prefix):
            yield Problem(path=f"{below}secret.prefix", message="must be printable ASCII")
        if self.plain:
            yield Problem(path=f"{below}secret", message="is never sent over plain http")


def is_reserved(header: str) -> bool:
    """Returns whether a request header belongs to the connection or to a proxy, ignoring case."""
    name = header.lower()
    return name in FRAMING or name.startswith("proxy-")


@dataclass(frozen=True, kw_only=True, slots=True)
class HttpRequest:
    """A request from an app; nothing in it has been checked."""

    url: str
    method: str = "GET"
    headers: tuple[Header, ...] = ()
    body: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Returns the object that `host.http` takes."""
        return {"method": self.method, "url": self.url, "headers": dict(self.headers), "body": self.body}

    @classmethod
    def from_dict(cls, document: object) -> HttpRequest:
        """Returns the request that an app passed to `host.http`; inverse of `to_dict`.

        Raises:
            InvalidInput: lists every mistake with its path.
        """
        problems = list(_request_problems(document))
        if problems or not isinstance(document, Mapping):
            raise InvalidInput("this is not a request", problems)
        return cls(
            url=document["url"],
            method=document.get("method", "GET"),
            headers=tuple(document.get("headers", {}).items()),
            body=document.get("body"),
        )


def _request_problems(document: object) -> Iterator[Problem]:
    if not isinstance(document, Mapping):
        yield Problem(path="", message="must be an object with url, method, headers and body")
        return
    for key in sorted(set(document) - {"url", "method", "headers", "body"}, key=str):
        yield Problem(path=str(key), message="is not a known key: url, method, headers, body")
    if not isinstance(document.get("url"), str):
        yield Problem(path="url", message="must be a text")
    if not isinstance(document.get("method", "GET"), str):
        yield Problem(path="method", message="must be a text")
    if not isinstance(document.get("body"), str | None):
        yield Problem(path="body", message="must be a text")
    headers = document.get("headers", {})
    if not isinstance(headers, Mapping):
        yield Problem(path="headers", message="must be an object")
    elif not all(isinstance(part, str) for header in headers.items() for part in header):
        yield Problem(path="headers", message="must have texts as values")


@dataclass(frozen=True, kw_only=True, slots=True)
class HttpAnswer:
    """A server's answer after redirects; `url` is the final address, header names are in lower case.

    `body` is text; for other bytes it is base64, and then `base64` is true.
    """

    status: int
    url: str
    headers: tuple[Header, ...] = ()
    body: str = ""
    base64: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Returns the object that `host.http` returns."""
        return {
            "status": self.status,
            "url": self.url,
            "headers": dict(self.headers),
            "body": self.body,
            "base64": self.base64,
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> HttpAnswer:
        """Returns what `to_dict` wrote."""
        return cls(**{**document, "headers": tuple(document["headers"].items())})


SENT: Final = "the request was sent, but "
"""How the message of a fault begins if the server may have acted on the request."""


def is_after_sending(message: str) -> bool:
    """Returns whether a fault's message says that the server may have received the request."""
    return message.startswith(SENT)


@dataclass(frozen=True, kw_only=True, slots=True)
class HttpFault:
    """Why a request was refused or got no answer."""

    kind: FaultKind
    message: str

    def to_dict(self) -> dict[str, str]:
        """Returns the object that `host.http` returns."""
        return {"fault": self.kind, "message": self.message}

    @classmethod
    def from_dict(cls, document: Mapping[str, str]) -> HttpFault:
        """Returns what `to_dict` wrote; raises ValueError if the kind is unknown."""
        for kind in get_args(FaultKind):
            if document["fault"] == kind:
                return cls(kind=kind, message=document["message"])
        raise ValueError(f"{document['fault']!a} is not a kind of fault")


@dataclass(frozen=True, kw_only=True, slots=True)
class HttpLimits:
    """Limits for the requests of one run.

    `body_kb` limits a request's body, `answer_kb` an answer's, both compressed and uncompressed (KiB);
    `seconds` limits one request as a whole, including redirects and name lookups.
    """

    calls: int = 20
    body_kb: int = 256
    answer_kb: int = 1024
    seconds: float = 10.0
    redirects: int = 5
