"""Fixtures for the broker's tests, which must not connect to other machines."""

from __future__ import annotations

import socket
import ssl
from typing import Any

import pytest
import trustme


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        assert str(address[0]).startswith("127."), f"the test reached out to {address}"
        connect(self, address)

    def refused(*_: object, **__: object) -> None:
        raise AssertionError("the test looked a name up")

    monkeypatch.setattr(socket.socket, "connect", guarded)
    monkeypatch.setattr(socket, "getaddrinfo", refused)


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Returns a temporary certificate authority."""
    return trustme.CA()


@pytest.fixture(scope="session")
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    """Returns settings that trust only this authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(context)
    return context


@pytest.fixture(scope="session")
def serving(authority: trustme.CA) -> ssl.SSLContext:
    """Returns settings of a server that is `api.example` and `other.example`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("api.example", "other.example").configure_cert(context)
    return context
