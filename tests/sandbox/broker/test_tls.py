"""Real TLS on loopback, under a temporary authority: which servers are trusted, and where secrets go."""

from __future__ import annotations

import base64
import gzip
import socket
import ssl
import struct

import pytest
import trustme

from mapp.model.http import HttpAnswer, HttpFault, HttpGrant, HttpLimits, SecretUse
from mapp.sandbox.broker.connect import strict_tls
from mapp.sandbox.broker.fetcher import Fetcher
from support.web import PUBLIC, Server, World, answer, ask, drips, kind, redirect, says, web

KEY = "hunter2-hunter2+/="
SECRETS = {"KEY": KEY, "OTHER": "another-secret-altogether"}
GRANT = HttpGrant(
    host="api.example",
    methods=("GET", "POST"),
    secret=SecretUse(name="KEY", header="Authorization", prefix="Bearer "),
)
OTHER = HttpGrant(host="other.example", secret=SecretUse(name="OTHER", header="X-Key"))
URL = "https://api.example/"


def test_the_host_name_is_sent_and_must_match_the_certificate(
    serving: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    asked: list[str | None] = []
    serving.sni_callback = lambda _, name, __: asked.append(name)
    with web(tls=serving) as (world, server):
        result = ask(
            world.fetcher(tls=trusting), HttpGrant(host="api.example."), url="https://API.example./a"
        )
    serving.sni_callback = None
    assert kind(result) == "200"
    assert asked == ["api.example"]
    assert world.dialled == [(PUBLIC, 443)]
    assert server.requests[0].startswith(b"GET /a HTTP/1.1\r\nhost: api.example\r\n")


def test_a_certificate_of_another_name_is_refused(authority: trustme.CA, trusting: ssl.SSLContext) -> None:
    assert "certificate" in _fault_of(authority.issue_cert("evil.example"), trusting)


def test_a_certificate_of_another_authority_is_refused(trusting: ssl.SSLContext) -> None:
    assert "certificate" in _fault_of(trustme.CA().issue_cert("api.example"), trusting)


def test_the_default_authorities_reject_the_test_authority(authority: trustme.CA) -> None:
    assert "certificate" in _fault_of(authority.issue_cert("api.example"), None)


def test_an_expired_certificate_is_refused(authority: trustme.CA, trusting: ssl.SSLContext) -> None:
    from datetime import UTC, datetime

    past = datetime(2001, 1, 1, tzinfo=UTC)
    certificate = authority.issue_cert("api.example", not_before=past, not_after=past.replace(year=2002))
    assert "expired" in _fault_of(certificate, trusting)


def test_old_versions_are_refused(authority: trustme.CA, trusting: ssl.SSLContext) -> None:
    assert strict_tls().minimum_version == ssl.TLSVersion.TLSv1_2
    assert strict_tls().verify_mode == ssl.CERT_REQUIRED
    assert strict_tls().check_hostname


def _fault_of(certificate: trustme.LeafCert, trusting: ssl.SSLContext | None) -> str:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    with web(tls=context) as (world, server):
        result = ask(world.fetcher(tls=trusting), GRANT, url=URL, secrets=SECRETS)
    assert kind(result) == "tls", result
    assert server.requests == []
    assert isinstance(result, HttpFault)
    return result.message


def test_settings_that_verify_nothing_are_not_accepted() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    with pytest.raises(ValueError, match="verify"):
        Fetcher(tls=context)
    context.verify_mode = ssl.CERT_NONE
    with pytest.raises(ValueError, match="verify"):
        Fetcher(tls=context)


def test_the_environment_cannot_add_a_trusted_authority(
    authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("trust")
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "ca.pem"))
    monkeypatch.setenv("SSLKEYLOGFILE", str(folder / "keys"))
    strict_tls.cache_clear()
    _fault_of(authority.issue_cert("api.example"), None)
    strict_tls.cache_clear()
    assert not (folder / "keys").exists()


def test_a_missing_handshake_is_a_timeout(trusting: ssl.SSLContext) -> None:
    class Mute(Server):
        def _serve(self, connection: socket.socket, behaviour: object) -> None:
            with connection:
                self.closing.wait(20)

    with Mute() as mute:
        world = World({"api.example": [[PUBLIC]]}, mute)
        fetcher = world.fetcher(tls=trusting, limits=HttpLimits(seconds=0.4))
        assert kind(ask(fetcher, GRANT, url=URL, secrets=SECRETS)) == "timeout"


def test_a_server_without_tls_is_a_tls_fault(trusting: ssl.SSLContext) -> None:
    class Plain(Server):
        def _serve(self, connection: socket.socket, behaviour: object) -> None:
            with connection:
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                connection.recv(65536)

    with Plain() as server:
        world = World({"api.example": [[PUBLIC]]}, server)
        assert kind(ask(world.fetcher(tls=trusting), GRANT, url=URL, secrets=SECRETS)) == "tls"


def test_a_slow_server_under_tls_is_a_timeout(serving: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    with web(drips(b"HTTP/1.1 200 OK\r\n\r\n", b"a"), tls=serving) as (world, _):
        fetcher = world.fetcher(tls=trusting, limits=HttpLimits(seconds=0.5))
        assert kind(ask(fetcher, GRANT, url=URL, secrets=SECRETS)) == "timeout"


def test_an_answer_truncated_by_an_attacker_is_a_fault(
    serving: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    """Without a length, only TLS itself marks the end of an answer."""

    def cut(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nonly the fir")
        with socket.socket(fileno=connection.detach()) as bare:
            bare.shutdown(socket.SHUT_WR)
            bare.recv(10)

    with web(cut, tls=serving) as (world, _):
        assert kind(ask(world.fetcher(tls=trusting), GRANT, url=URL, secrets=SECRETS)) == "protocol"


def test_a_reset_connection_is_a_protocol_fault(serving: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    def reset(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with socket.socket(fileno=connection.detach()):
            pass

    with web(reset, tls=serving) as (world, _):
        assert kind(ask(world.fetcher(tls=trusting), GRANT, url=URL, secrets=SECRETS)) == "protocol"


# Secrets


def test_a_secret_is_sent_to_its_host_and_hidden_from_the_app(
    serving: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    with web(tls=serving) as (world, server):
        fetcher = world.fetcher(tls=trusting)
        ask(fetcher, GRANT, HttpGrant(host="other.example"), url=URL, secrets=SECRETS)
        ask(fetcher, GRANT, HttpGrant(host="other.example"), url="https://other.example/", secrets=SECRETS)
    assert f"\r\nauthorization: Bearer {KEY}\r\n".encode() in server.requests[0]
    assert b"authorization" not in server.requests[1]


@pytest.mark.parametrize("name", ["authorization", "Authorization", "AUTHORIZATION"])
def test_an_app_may_not_set_the_header_of_a_secret(name: str) -> None:
    world = World({"api.example": [[PUBLIC]]})
    result = ask(world.fetcher(), GRANT, url=URL, headers=((name, "x"),), secrets=SECRETS)
    assert kind(result) == "forbidden"
    assert world.looked_up == []


def test_a_secret_survives_a_redirect_within_its_host(
    serving: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    with web(says(redirect("/next")), says(answer()), tls=serving) as (world, server):
        assert kind(ask(world.fetcher(tls=trusting), GRANT, url=URL, secrets=SECRETS)) == "200"
    assert [KEY.encode() in request for request in server.requests] == [True, True]


def test_no_secret_is_added_once_a_redirect_has_left_the_host(
    serving: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    """Neither that of the first host, nor of the other one, nor of the first one on the way back."""
    there, back = says(redirect("https://other.example/")), says(redirect(URL))
    with web(there, back, says(answer()), tls=serving) as (world, server):
        assert kind(ask(world.fetcher(tls=trusting), GRANT, OTHER, url=URL, secrets=SECRETS)) == "200"
    assert [b"secret" in request or b"hunter" in request for request in server.requests] == [
        True,
        False,
        False,
    ]


def test_another_port_is_another_origin(serving: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    grants = (GRANT, HttpGrant(host="api.example", port=8443, secret=GRANT.secret))
    with web(says(redirect("https://api.example:8443/")), says(answer()), tls=serving) as (world, server):
        assert kind(ask(world.fetcher(tls=trusting), *grants, url=URL, secrets=SECRETS)) == "200"
    assert KEY.encode() not in server.requests[1]


@pytest.mark.parametrize(
    ("grant", "secrets"),
    [
        (GRANT, {}),
        (GRANT, {"KEY": "short"}),
        (GRANT, {"KEY": "        x"}),
        (GRANT, {"KEY": "hunter2\r\nX-Evil: yes"}),
        (GRANT, {"KEY": "hünter2-hünter2"}),
        (HttpGrant(host="api.example", secret=SecretUse(name="KEY", header="Host")), SECRETS),
        (HttpGrant(host="api.example", secret=SecretUse(name="KEY", header="a b")), SECRETS),
        (HttpGrant(host="api.example", secret=SecretUse(name="KEY", header="A", prefix="\n")), SECRETS),
    ],
)
def test_a_secret_that_cannot_be_sent_stops_the_request(grant: HttpGrant, secrets: dict[str, str]) -> None:
    world = World({"api.example": [[PUBLIC]]})
    assert kind(ask(world.fetcher(), grant, url=URL, secrets=secrets)) == "forbidden"
    assert world.looked_up == []


def test_a_secret_is_never_sent_over_plain_http() -> None:
    world = World({"api.example": [[PUBLIC]]})
    grant = HttpGrant(host="api.example", plain=True, secret=GRANT.secret)
    assert kind(ask(world.fetcher(), grant, url="http://api.example/", secrets=SECRETS)) == "forbidden"
    assert world.looked_up == []
    assert [problem.path for problem in grant.problems("http[0]")] == ["http[0].secret"]


def test_an_echoed_secret_is_redacted(serving: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    encoded = base64.b64encode(f"a{KEY}b".encode()).decode()
    body = f'{{"you sent": "{KEY}", "also": "{encoded}"}}'.encode()
    headers = (f"X-Echo: {KEY}", "Content-Encoding: gzip")
    binary = answer(b"\xff\x00" + KEY.encode() + b"\xfe")
    lost = redirect(f"https://evil.example/?{KEY}")
    with web(says(answer(gzip.compress(body), *headers)), says(binary), says(lost), tls=serving) as (
        world,
        _,
    ):
        fetcher = world.fetcher(tls=trusting)
        text = ask(fetcher, GRANT, url=URL, secrets=SECRETS)
        image = ask(fetcher, GRANT, url=URL, secrets=SECRETS)
        fault = ask(fetcher, GRANT, url=URL, secrets=SECRETS)
    assert isinstance(text, HttpAnswer)
    assert text.body == '{"you sent": "[secret KEY]", "also": "[secret KEY]"}'.replace(
        '"[secret KEY]"}', f'"{encoded[:1]}[secret KEY]{encoded[-2:]}"}}'
    )
    assert dict(text.headers)["x-echo"] == "[secret KEY]"
    assert base64.b64decode(image.body) == b"\xff\x00[secret KEY]\xfe"
    assert kind(fault) == "redirect"
    assert "hunter2" not in str(fault)


def test_a_secret_in_a_redirect_location_is_redacted(
    serving: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    places = [says(redirect(f"/?{KEY}")), says(answer()), says(redirect(f"nowhere:{KEY}"))]
    with web(*places, tls=serving) as (world, _):
        fetcher = world.fetcher(tls=trusting)
        assert ask(fetcher, GRANT, url=URL, secrets=SECRETS).url == f"{URL}?[secret KEY]"
        fault = ask(fetcher, GRANT, url=URL, secrets=SECRETS)
    assert kind(fault) == "redirect"
    assert "[secret KEY]" in fault.message
