"""From a name to a connection: looked up once, every address checked, connected to the very one checked."""

from __future__ import annotations

import queue
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from functools import cache
from typing import Final, Protocol, TypeAlias

from mapp.model.hosts import address_in
from mapp.sandbox.broker.refusal import Refusal
from mapp.sandbox.broker.target import Target

MAX_TRIED: Final = 4
"""How many addresses of one name are tried, one after the other."""

AddressPolicy: TypeAlias = Callable[[str], bool]
Clock: TypeAlias = Callable[[], float]


class Resolver(Protocol):
    """Looks names up."""

    def __call__(self, host: str, port: int, /) -> Sequence[str]:
        """Returns the numeric addresses of a host; raises OSError if there are none."""
        ...


class Dialler(Protocol):
    """Opens connections."""

    def __call__(self, address: str, port: int, seconds: float, /) -> socket.socket:
        """Returns a connection to a numeric address; raises OSError, TimeoutError after `seconds`."""
        ...


class Deadline:
    """When a request must be over, on the given clock (seconds)."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._end = clock() + seconds

    def left(self) -> float:
        """Returns the seconds left, more than zero; raises Refusal `timeout` if there are none."""
        left = self._end - self._clock()
        if left <= 0:
            raise self.passed()
        return left

    def passed(self) -> Refusal:
        """Returns the refusal of what came too late."""
        return Refusal("timeout", f"no complete answer within {self._seconds:g} seconds")


def look_up(host: str, port: int, /) -> Sequence[str]:
    """Returns the addresses that this system knows for a host; raises OSError if it knows none."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(answer[4][0]) for answer in answers))


def dial(address: str, port: int, seconds: float, /) -> socket.socket:
    """Returns a TCP connection to a numeric address; no name is ever looked up here."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.connect((address, port))
    except BaseException:
        connection.close()
        raise
    return connection


def checked_addresses(
    target: Target, resolver: Resolver, policy: AddressPolicy, deadline: Deadline, *, wanted: str = "public"
) -> tuple[str, ...]:
    """Returns the addresses of a target, looked up once; `wanted` is a word for what the policy allows.

    One address that is not allowed spoils them all: a name that is at once outside and inside is a mistake or
    an attack, and what happens must not hang on the order of the answers.

    Raises:
        Refusal: `dns`, `address` or `timeout`.
    """
    literal = address_in(target.host)
    addresses = (literal,) if literal else _looked_up(target, resolver, deadline)
    if not addresses:
        raise Refusal("dns", f"{target.host} has no address")
    for address in addresses:
        if not policy(address):
            raise Refusal("address", f"{target.host} leads to {address[:60]!a}, which is no {wanted} address")
    return addresses


def connect(target: Target, addresses: Sequence[str], dialler: Dialler, deadline: Deadline) -> socket.socket:
    """Returns a connection to the first of the checked addresses that answers.

    Raises:
        Refusal: `connect` or `timeout`.
    """
    tried = addresses[:MAX_TRIED]
    reason = ""
    for number, address in enumerate(tried):
        share = deadline.left() / (len(tried) - number)
        try:
            return dialler(address, target.port, share)
        except OSError as error:
            reason = error.strerror or type(error).__name__
    deadline.left()
    raise Refusal("connect", f"{target.host} on port {target.port} does not answer: {reason}")


def secured(
    connection: socket.socket, host: str, context: ssl.SSLContext, deadline: Deadline
) -> ssl.SSLSocket:
    """Returns the connection under TLS; `host` is the name sent and the name that the certificate must bear.

    Raises:
        Refusal: `tls` or `timeout`.
    """
    try:
        connection.settimeout(deadline.left())
        return context.wrap_socket(
            connection, server_hostname=address_in(host) or host, suppress_ragged_eofs=False
        )
    except TimeoutError:
        raise deadline.passed() from None
    except ssl.SSLCertVerificationError as error:
        raise Refusal("tls", f"the certificate of {host} is not valid: {error.verify_message}") from None
    except OSError as error:
        raise Refusal(
            "tls", f"no TLS connection to {host}: {error.strerror or 'it was broken off'}"
        ) from None
    finally:
        connection.close()  # `wrap_socket` took the descriptor over, unless it failed before


@cache
def strict_tls() -> ssl.SSLContext:
    """Returns the default TLS settings: certificates verified against certifi's, nothing read from outside.

    `ssl.create_default_context` would heed SSLKEYLOGFILE, and the system's store SSL_CERT_FILE.
    """
    import certifi

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    context.load_verify_locations(certifi.where())
    return context


def _looked_up(target: Target, resolver: Resolver, deadline: Deadline) -> tuple[str, ...]:
    """Looks up in a thread of its own, which is left behind when time is up: `getaddrinfo` knows no limit."""
    answers: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()

    def work() -> None:
        try:
            answers.put(resolver(target.host, target.port))
        except Exception as error:
            answers.put(error)

    threading.Thread(target=work, name="mapp-lookup", daemon=True).start()
    try:
        found = answers.get(timeout=deadline.left())
    except queue.Empty:
        raise deadline.passed() from None
    if isinstance(found, OSError | UnicodeError):
        raise Refusal("dns", f"{target.host} cannot be looked up")
    if isinstance(found, Exception):
        raise found
    return tuple(found)
