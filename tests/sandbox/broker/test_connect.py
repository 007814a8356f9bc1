"""Names are looked up once, every address is checked, and all attempts share one deadline."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from threading import Event

import pytest

from mapp.sandbox.broker.connect import (
    MAX_TRIED,
    Deadline,
    checked_addresses,
    connect,
    dial,
    look_up,
    strict_tls,
)
from mapp.sandbox.broker.refusal import Refusal
from mapp.sandbox.broker.target import read_target
from support.web import Server

TARGET = read_target("http://api.example/")


class Clock:
    """A clock that moves only when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def _deadline(seconds: float = 5) -> Deadline:
    return Deadline(Clock(), seconds)


def _answering(*addresses: str) -> Callable[[str, int], Sequence[str]]:
    return lambda host, port: addresses


def test_a_deadline_counts_down_and_then_refuses() -> None:
    clock = Clock()
    deadline = Deadline(clock, 2.5)

    assert deadline.left() == 2.5
    clock.now += 2
    assert deadline.left() == 0.5
    clock.now += 0.5
    with pytest.raises(Refusal, match=r"within 2\.5 seconds") as error:
        deadline.left()
    assert error.value.fault.kind == "timeout"


def test_an_address_in_the_url_is_checked_without_a_look_up() -> None:
    def never(host: str, port: int, /) -> Sequence[str]:
        raise AssertionError("looked up")

    target = read_target("http://192.0.2.1/")

    assert checked_addresses(target, never, lambda address: True, _deadline()) == ("192.0.2.1",)
    with pytest.raises(Refusal, match="not a local address") as error:
        checked_addresses(target, never, lambda address: False, _deadline(), wanted="local")
    assert error.value.fault.kind == "address"


def test_one_address_that_is_not_allowed_refuses_all_and_none_is_a_fault_of_the_name() -> None:
    def policy(address: str) -> bool:
        return address != "b"

    assert checked_addresses(TARGET, _answering("a", "c"), policy, _deadline()) == ("a", "c")
    for addresses, kind in [(("a", "b"), "address"), (("b", "a"), "address"), ((), "dns")]:
        with pytest.raises(Refusal) as error:
            checked_addresses(TARGET, _answering(*addresses), policy, _deadline())
        assert error.value.fault.kind == kind


@pytest.mark.parametrize(
    ("raised", "expected"),
    [(socket.gaierror("no"), "dns"), (UnicodeError("no"), "dns"), (ZeroDivisionError("a bug"), "")],
)
def test_a_failed_look_up_is_refused_but_a_bug_is_raised(raised: Exception, expected: str) -> None:
    def failing(host: str, port: int, /) -> Sequence[str]:
        raise raised

    with pytest.raises(Refusal if expected else ZeroDivisionError) as error:
        checked_addresses(TARGET, failing, lambda address: True, _deadline())
    if isinstance(error.value, Refusal):
        assert error.value.fault.kind == expected


def test_a_look_up_that_hangs_is_abandoned_in_time() -> None:
    done = Event()

    def hanging(host: str, port: int, /) -> Sequence[str]:
        done.wait(30)
        return ("a",)

    with pytest.raises(Refusal) as error:
        checked_addresses(TARGET, hanging, lambda address: True, _deadline(0.05))
    done.set()
    assert error.value.fault.kind == "timeout"


def test_the_addresses_that_are_tried_share_the_time_that_is_left() -> None:
    tried: list[tuple[str, float]] = []

    def refusing(address: str, port: int, seconds: float, /) -> socket.socket:
        tried.append((address, seconds))
        raise ConnectionRefusedError(111, "Connection refused")

    addresses = [str(number) for number in range(MAX_TRIED + 2)]
    with pytest.raises(Refusal, match="on port 80 does not answer: Connection refused") as error:
        connect(TARGET, addresses, refusing, _deadline(12))

    assert error.value.fault.kind == "connect"
    assert tried == [("0", 3.0), ("1", 4.0), ("2", 6.0), ("3", 12.0)]


def test_a_connection_is_made_to_the_numeric_address() -> None:
    with Server() as server:
        with dial("127.0.0.1", server.port, 5) as connection:
            assert connection.getpeername() == ("127.0.0.1", server.port)
        port = server.port
    with pytest.raises(OSError, match="refused"):
        dial("127.0.0.1", port, 5)


def test_an_address_that_the_system_names_twice_is_listed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def answers(host: str, port: int, **options: object) -> list[tuple[object, ...]]:
        assert (host, port) == ("api.example", 80)
        return [(2, 1, 6, "", (address, port)) for address in ("192.0.2.2", "192.0.2.1", "192.0.2.2")]

    monkeypatch.setattr(socket, "getaddrinfo", answers)

    assert look_up("api.example", 80) == ("192.0.2.2", "192.0.2.1")


def test_the_default_settings_are_made_once() -> None:
    assert strict_tls() is strict_tls()
    assert strict_tls().check_hostname
