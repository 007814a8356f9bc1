"""Answers `host.http`: counts, checks and sends requests, and follows redirects. A refusal is a value."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from mapp.errors import InvalidInput
from mapp.model.hosts import is_loopback, is_loopback_host
from mapp.model.http import SENT, HttpAnswer, HttpFault, HttpGrant, HttpLimits, HttpRequest
from mapp.sandbox.broker.addresses import is_public
from mapp.sandbox.broker.bodies import as_text, read_body
from mapp.sandbox.broker.connect import (
    AddressPolicy,
    Clock,
    Deadline,
    Dialler,
    Resolver,
    checked_addresses,
    connect,
    dial,
    look_up,
    secured,
    strict_tls,
)
from mapp.sandbox.broker.headers import answered_headers, harmless, own_headers, secret_header, sent_headers
from mapp.sandbox.broker.redaction import Redactor
from mapp.sandbox.broker.refusal import Refusal
from mapp.sandbox.broker.target import Target, follow, grant_for, read_target

DEFAULT_LIMITS: Final = HttpLimits()

PUBLIC: Final = "public"
LOOPBACK: Final = "loopback"
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, kw_only=True, slots=True)
class _Hop:
    """One request in a chain of redirects; `is_home` until one of them leaves the first origin."""

    target: Target
    method: str
    headers: dict[str, str]
    body: bytes | None
    is_home: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class _Permit:
    """The grants, secrets and deadline of one call."""

    grants: tuple[HttpGrant, ...]
    secrets: Mapping[str, str]
    redactor: Redactor
    deadline: Deadline


class Fetcher:
    """Makes the requests of one run. It counts them, so every run needs a new Fetcher.

    `address_policy` exists only for tests on loopback: no setting changes it. `loopback` allows `localhost`
    and loopback addresses that the app names itself, if they lead to this machine. A public name that leads
    to this machine is still refused.
    """

    def __init__(
        self,
        *,
        limits: HttpLimits = DEFAULT_LIMITS,
        resolver: Resolver = look_up,
        dialler: Dialler = dial,
        clock: Clock = time.monotonic,
        tls: ssl.SSLContext | None = None,
        address_policy: AddressPolicy = is_public,
        loopback: bool = False,
    ) -> None:
        if tls is not None and (tls.verify_mode != ssl.CERT_REQUIRED or not tls.check_hostname):
            raise ValueError("TLS settings that do not verify certificates and names are not accepted")
        self._limits = limits
        self._resolver = resolver
        self._dialler = dialler
        self._clock = clock
        self._tls = tls
        self._policy = address_policy
        self._loopback = loopback
        self._calls = 0

    def call(
        self, document: object, grants: Iterable[HttpGrant], secrets: Mapping[str, str]
    ) -> dict[str, Any]:
        """Returns the JSON answer or fault for the argument of `host.http`. A bad argument is a fault."""
        try:
            request = HttpRequest.from_dict(document)
        except InvalidInput as error:
            self._calls += 1
            return HttpFault(kind="forbidden", message=str(error)[:500]).to_dict()
        return self.fetch(request, grants, secrets).to_dict()

    def fetch(
        self, request: HttpRequest, grants: Iterable[HttpGrant], secrets: Mapping[str, str]
    ) -> HttpAnswer | HttpFault:
        """Returns the server's answer, or why there is none, with all secrets redacted.

        `secrets` maps the names that the grants use to their values.
        """
        redactor = Redactor(secrets)
        deadline = Deadline(self._clock, self._limits.seconds)
        permit = _Permit(grants=tuple(grants), secrets=secrets, redactor=redactor, deadline=deadline)
        try:
            self._count()
            return self._follow(_first_hop(request, self._limits), permit)
        except Refusal as refusal:
            return replace(refusal.fault, message=redactor(refusal.fault.message))

    def _count(self) -> None:
        self._calls += 1
        if self._calls > self._limits.calls:
            raise Refusal("too_many", f"more than {self._limits.calls} requests in one run")

    def _follow(self, hop: _Hop, permit: _Permit) -> HttpAnswer:
        grant = grant_for(hop.target, hop.method, permit.grants)
        for _ in range(self._limits.redirects + 1):
            result = self._ask(hop, grant, permit)
            if isinstance(result, HttpAnswer):
                return result
            before, (hop, grant) = hop.target.host, _redirected(hop, *result, permit.grants)
            if self._loopback and is_loopback_host(hop.target.host) and not is_loopback_host(before):
                raise Refusal("redirect", f"{before} redirects to this machine, {hop.target.host}")
        raise Refusal("redirect", f"more than {self._limits.redirects} redirects")

    def _ask(self, hop: _Hop, grant: HttpGrant, permit: _Permit) -> HttpAnswer | tuple[int, str]:
        """Returns the answer to one request, or the status and location of a redirect."""
        from mapp.sandbox.broker.exchange import Wire, exchange  # httpcore is slow to import

        secret = secret_header(grant, hop.target, permit.secrets) if hop.is_home else {}
        headers = sent_headers(hop.target, hop.headers, secret, None if hop.body is None else len(hop.body))
        wire = Wire(self._connect(hop.target, permit.deadline), permit.deadline)
        most = self._limits.answer_kb * 1024
        try:
            with exchange(wire, hop.target, hop.method, headers, hop.body or b"", most) as reply:
                location = reply.header(b"location")
                if reply.status in _REDIRECTS and location:
                    return reply.status, location
                body = read_body(reply.chunks, reply.header(b"content-encoding"), most)
                return _answer(hop.target, reply.status, reply.headers, body, permit.redactor)
        except Refusal as refusal:
            fault = refusal.fault
            raise Refusal(fault.kind, f"{SENT}{fault.message}") from None

    def _connect(self, target: Target, deadline: Deadline) -> socket.socket:
        is_local = self._loopback and is_loopback_host(target.host)
        policy, wanted = (is_loopback, LOOPBACK) if is_local else (self._policy, PUBLIC)
        addresses = checked_addresses(target, self._resolver, policy, deadline, wanted=wanted)
        connection = connect(target, addresses, self._dialler, deadline)
        if target.scheme == "http":
            return connection
        return secured(connection, target.host, self._tls or strict_tls(), deadline)


def _first_hop(request: HttpRequest, limits: HttpLimits) -> _Hop:
    headers = own_headers(request.headers)
    try:
        body = None if request.body is None else request.body.encode()
    except UnicodeEncodeError:
        raise Refusal("forbidden", "the body is not valid Unicode") from None
    if body is not None and len(body) > limits.body_kb * 1024:
        raise Refusal("too_large", f"the request's body is larger than {limits.body_kb} KiB")
    method = request.method.upper()
    if body is None and method in ("POST", "PUT", "PATCH"):
        body = b""
    return _Hop(target=read_target(request.url), method=method, headers=headers, body=body)


def _redirected(
    hop: _Hop, status: int, location: str, grants: tuple[HttpGrant, ...]
) -> tuple[_Hop, HttpGrant]:
    """Returns the next request of a redirect and its grant, under the same rules as a first request."""
    if (status == 303 and hop.method != "HEAD") or (status in (301, 302) and hop.method == "POST"):
        kept = {name: value for name, value in hop.headers.items() if name != "content-type"}
        hop = replace(hop, method="GET", body=None, headers=kept)
    try:
        target = follow(hop.target, location)
        grant = grant_for(target, hop.method, grants)
    except Refusal as refusal:
        where = f"{hop.target.host} redirects to {location[:200]!a}"
        raise Refusal("redirect", f"{where}: {refusal.fault.message}") from None
    if target.origin != hop.target.origin:
        hop = replace(hop, headers=harmless(hop.headers), is_home=False)
    return replace(hop, target=target), grant


def _answer(
    target: Target, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes, redactor: Redactor
) -> HttpAnswer:
    answered = answered_headers(headers)
    text, is_base64 = as_text(redactor.in_bytes(body), dict(answered).get("content-type", ""))
    return HttpAnswer(
        status=status,
        url=redactor(target.url),
        headers=tuple((redactor(name), redactor(value)) for name, value in answered),
        body=text,
        base64=is_base64,
    )
