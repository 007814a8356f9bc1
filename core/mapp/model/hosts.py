"""Normalises host names, so that grants and requests can be compared."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, ip_address
from typing import Final

MAX_HOST_LENGTH: Final = 253
_LOOPBACK: Final = IPv4Network("127.0.0.0/8")

_NUMBER: Final = re.compile(r"(?:[0-9]+|0[xX][0-9a-fA-F]*)\Z")


def normal_host(text: str) -> str:
    """Returns a host in lower case, as A-labels and without a trailing dot; an address in its shortest form.

    IPv6 addresses are in brackets, as in a URL. Names must be valid under IDNA 2008 without mapping, so
    full-width letters, ideographic dots and similar characters are refused, not corrected.

    >>> normal_host("Bücher.Example.")
    'xn--bcher-kva.example'

    Raises:
        ValueError: it is not a host; the message says why.
    """
    if text.startswith("["):
        return _normal_v6(text)
    host = re.sub("[A-Z]", lambda letter: letter[0].lower(), text).removesuffix(".")
    if _NUMBER.match(host.rpartition(".")[2]):
        return _normal_v4(host)
    return _normal_name(host)


def address_in(host: str) -> str | None:
    """Returns a normalised host's address, without brackets, or None if it is a name."""
    if host.startswith("["):
        return host[1:-1]
    return host if _NUMBER.match(host.rpartition(".")[2]) else None


def is_loopback_host(host: str) -> bool:
    """Returns whether a normalised host always means this machine, whatever a resolver says.

    These are `localhost` and the names below it (RFC 6761), 127.0.0.0/8 and [::1].
    """
    address = address_in(host)
    if address is not None:
        return is_loopback(address)
    return host == "localhost" or host.endswith(".localhost")


def is_loopback(address: str) -> bool:
    """Returns whether an address is in 127.0.0.0/8 or is ::1; mapped, embedded or scoped forms are not."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv4Address):
        return parsed in _LOOPBACK
    return parsed == IPv6Address("::1") and parsed.scope_id is None


def _normal_v6(text: str) -> str:
    if not text.endswith("]") or "%" in text:
        raise ValueError("is not an IPv6 address in brackets")
    try:
        return f"[{IPv6Address(text[1:-1]).compressed}]"
    except AddressValueError:
        raise ValueError("is not an IPv6 address in brackets") from None


def _normal_v4(host: str) -> str:
    """Accepts the one unambiguous spelling: to some programs, any name ending in a number is an address."""
    try:
        return str(IPv4Address(host))
    except AddressValueError:
        raise ValueError("is not an IPv4 address in four decimal parts") from None


def _normal_name(host: str) -> str:
    import idna

    try:
        name = idna.encode(host, strict=True, std3_rules=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise ValueError(f"is not a host name: {error}") from None
    if len(name) > MAX_HOST_LENGTH:
        raise ValueError(f"is longer than {MAX_HOST_LENGTH} characters")
    return name
