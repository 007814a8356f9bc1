"""Looks a name up once, checks every address, and connects to one of the checked addresses."""

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
"""How many addresses of one name are tried, one after another."""

AddressPolicy: TypeAlias = Callable[[str], bool]
Clock: TypeAlias = Callable[[], float]


class Resolver(Protocol):
    """Looks up the addresses of a host."""

    def __call__(self, host: str, port: int, /) -> Sequence[str]:
        """Returns the numeric addresses of a host; raises OSError if there are none."""
        ...


class Dialler(Protocol):
    """Opens connections."""

    def __call__(self, address: str, port: int, seconds: float, /) -> socket.socket:
        """Returns a connection to a numeric address; raises OSError, TimeoutError after `seconds`."""
        ...


class Deadline:
    """The time by which a request must be finished, on a clock in seconds."""

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
        """Returns the refusal for a request that took too long."""
        return Refusal("timeout", f"no complete answer within {self._seconds:g} seconds")


def look_up(host: str, port: int, /) -> Sequence[str]:
    """Returns the addresses that the system's resolver finds for a host; raises OSError if there are none."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(answer[4][0]) for answer in answers))


def dial(address: str, port: int, seconds: float, /) -> socket.socket:
    """Returns a TCP connection to a numeric address, without looking up a name."""
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
    """Looks up a target once and returns its addresses. `wanted` names the kind that the policy allows.

    If one address is not allowed, the whole target is refused: a name with both public and internal addresses
    is a mistake or an attack, and the result must not depend on the order of the answers.

    Raises:
        Refusal: `dns`, `address` or `timeout`.
    """
    literal = address_in(target.host)
    addresses = (literal,) if literal else _look_up(target, resolver, deadline)
    if not addresses:
        raise Refusal("dns", f"{target.host} has no address")
    for address in addresses:
        if not policy(address):
            raise Refusal(
                "address", f"{target.host} leads to {address[:60]!a}, which is not a {wanted} address"
            )
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
    """Starts TLS on a connection. `host` is the server name to send; the certificate must be valid for it.

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
            "tls", f"no TLS connection to {host}: {error.strerror or 'the connection was closed'}"
        ) from None
    finally:
        connection.close()  # `wrap_socket` has taken over the descriptor, unless it failed before that


@cache
def strict_tls() -> ssl.SSLContext:
    """Returns the default TLS settings: certificates are verified against certifi's list.

    Nothing is read from the environment: `ssl.create_default_context` would use SSLKEYLOGFILE, and the
    system's certificate store SSL_CERT_FILE.
    """
    import certifi

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    context.load_verify_locations(certifi.where())
    return context


def _look_up(target: Target, resolver: Resolver, deadline: Deadline) -> tuple[str, ...]:
    """Looks up in a separate thread, which is abandoned when time is up: `getaddrinfo` has no timeout."""
    answers: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()

    def work() -> None:
        try:
            answers.put(resolver(target.host, target.port))
        except Exception as error:
            answers.put(error)

    threading.Thread(target=work, name="mapp-lookup", daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.left())
    except queue.Empty:
        raise deadline.passed() from None
    if isinstance(answer, OSError | UnicodeError):
        raise Refusal("dns", f"{target.host} cannot be looked up")
    if isinstance(answer, Exception):
        raise answer
    return tuple(answer)
