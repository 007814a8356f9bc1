"""Parses the URL of a request strictly and finds the grant that covers it.

A URL that two programs could read differently is refused, never repaired.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urljoin

from mapp.model.hosts import normal_host
from mapp.model.http import HttpGrant
from mapp.sandbox.broker.refusal import Refusal

MAX_URL_LENGTH: Final = 8192

_URL: Final = re.compile(r"(https?)://([^/?#]*)([^#]*)(?:#.*)?\Z", re.ASCII | re.IGNORECASE)
_HAS_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:", re.ASCII | re.IGNORECASE)
_AUTHORITY: Final = re.compile(r"(\[[^\]]*\]|[^:\[\]@%]+)(?::([1-9][0-9]{0,4}))?\Z", re.ASCII)
_NEVER: Final = re.compile(r"[\x00-\x20\\\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff]")
_STANDARD: Final = {"http": 80, "https": 443}
# RFC 3986: all characters allowed in a path or a query, and the percent sign of parts that are already quoted
_AS_IS: Final = "!$&'()*+,-./:;=?@_~%"


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A parsed URL: `host` is normalised, `path` starts with a slash and includes the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> tuple[str, str, int]:
        """Returns scheme, host and port: secrets and headers are sent only to the same origin."""
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """Returns the value of the Host header, without the scheme's default port."""
        return self.host if self.port == _STANDARD[self.scheme] else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """Returns the canonical URL, without its fragment."""
        return f"{self.scheme}://{self.authority}{self.path}"


def read_target(url: str) -> Target:
    """Returns the target of a URL.

    Raises:
        Refusal: `forbidden` if the URL is not strictly valid, `too_large` if it is too long.
    """
    if len(url) > MAX_URL_LENGTH:
        raise Refusal("too_large", f"the URL is longer than {MAX_URL_LENGTH} characters")
    match = None if _NEVER.search(url) else _URL.match(url)
    if match is None:
        raise Refusal("forbidden", f"{url[:200]!a} is not a plain http or https URL")
    scheme = match[1].lower()
    host, port = _host_and_port(match[2])
    path = quote(match[3], safe=_AS_IS)
    path = path if path.startswith("/") else f"/{path}"
    if len(path) > MAX_URL_LENGTH:
        raise Refusal("too_large", f"the URL is longer than {MAX_URL_LENGTH} characters")
    return Target(scheme=scheme, host=host, port=port or _STANDARD[scheme], path=path)


def follow(target: Target, location: str) -> Target:
    """Returns the target of a redirect from `target`.

    Raises:
        Refusal: as `read_target` does.
    """
    if location.startswith("//"):
        return read_target(f"{target.scheme}:{location}")
    if _NEVER.search(location) or _HAS_SCHEME.match(location):  # `urljoin` would repair some of these
        return read_target(location)
    return read_target(urljoin(target.url, location))


def grant_for(target: Target, method: str, grants: Iterable[HttpGrant]) -> HttpGrant:
    """Returns the first grant that covers a target and method.

    Raises:
        Refusal: `forbidden`, saying what is missing.
    """
    near = [grant for grant in grants if _is_for(grant, target)]
    if not near:
        raise Refusal("forbidden", f"the app may not reach {target.host} on port {target.port}")
    near = [grant for grant in near if grant.plain or target.scheme == "https"]
    if not near:
        raise Refusal("forbidden", f"the app may reach {target.host} only by https")
    for grant in near:
        if method in grant.methods:
            return grant
    raise Refusal("forbidden", f"the app may not send {method[:20]!a} to {target.host}")


def _is_for(grant: HttpGrant, target: Target) -> bool:
    try:
        host = normal_host(grant.host)
    except ValueError:
        return False
    return host == target.host and (grant.port or _STANDARD[target.scheme]) == target.port


def _host_and_port(authority: str) -> tuple[str, int | None]:
    match = _AUTHORITY.match(authority)
    if match is None:
        raise Refusal("forbidden", f"{authority[:200]!a} is not a host with an optional port")
    port = int(match[2]) if match[2] else None
    if port is not None and port > 65_535:
        raise Refusal("forbidden", f"{port} is not a valid port")
    try:
        return normal_host(match[1]), port
    except ValueError as error:
        raise Refusal("forbidden", f"{match[1][:200]!a} {error}") from None
