"""Real connections on loopback: servers that are slow, endless, compressed, malformed or redirecting."""

from __future__ import annotations

import gzip
import socket
import threading
import zlib
from collections.abc import Sequence

import pytest

from mapp.model.http import HttpAnswer, HttpFault, HttpGrant, HttpLimits, HttpRequest
from mapp.sandbox.broker.fetcher import Fetcher
from support.web import (
    OTHER_PUBLIC,
    PUBLIC,
    Behaviour,
    Server,
    World,
    answer,
    ask,
    drips,
    endless,
    kind,
    plain,
    redirect,
    says,
    silent,
    web,
)

SHORT = HttpLimits(seconds=0.4)
SMALL = HttpLimits(answer_kb=16)


def test_an_answer_is_returned_unchanged() -> None:
    body = '{"price": "12 €"}'.encode()
    with web(says(answer(body, "Content-Type: application/json", "X-A: 1", "x-a: 2"))) as (world, server):
        result = ask(world.fetcher(), url="http://api.example/a?b=ü#c", method="get")
    assert result == HttpAnswer(
        status=200,
        url="http://api.example/a?b=%C3%BC",
        headers=(("content-type", "application/json"), ("x-a", "1, 2")),
        body='{"price": "12 €"}',
    )
    assert server.requests[0].startswith(b"GET /a?b=%C3%BC HTTP/1.1\r\nhost: api.example\r\n")
    assert world.dialled == [(PUBLIC, 80)]


def test_call_takes_and_returns_json() -> None:
    with web() as (world, server):
        fetcher = world.fetcher()
        request = {"method": "POST", "url": "http://api.example/", "headers": {"X-Key": "1"}, "body": "ü"}
        assert fetcher.call(request, [plain()], {})["body"] == "hello"
        wrongs: list[object] = [None, [], {}, {"url": 1}, {"url": "http://api.example/", "verify": False}]
        for wrong in wrongs:
            assert fetcher.call(wrong, [plain()], {})["fault"] == "forbidden"
    assert len(server.requests) == 1
    assert server.requests[0].endswith("\r\nx-key: 1\r\n\r\nü".encode())
    assert b"content-length: 2\r\n" in server.requests[0]


def test_cookies_are_neither_shown_nor_kept() -> None:
    with web(says(answer(b"", "Set-Cookie: session=1", "Set-Cookie2: x"))) as (world, server):
        fetcher = world.fetcher()
        assert ask(fetcher).headers == ()
        ask(fetcher)
    assert all(b"cookie" not in request.lower() for request in server.requests)


def test_proxies_and_credentials_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with Server() as proxy, web() as (world, server):
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert kind(ask(world.fetcher())) == "200"
    assert (proxy.connections, server.connections) == (0, 1)


@pytest.mark.parametrize(
    "header",
    [
        "Host",
        "content-length",
        "Transfer-Encoding",
        "Connection",
        "Upgrade",
        "TE",
        "Trailer",
        "Expect",
        "Keep-Alive",
        "Accept-Encoding",
        "Content-Encoding",
        "Proxy-Authorization",
        "proxy-anything",
        "Cookie",
        "Forwarded",
        "X-Forwarded-For",
        "X-HTTP-Method-Override",
        "Metadata-Flavor",
        "X-aws-ec2-metadata-token",
        "Sec-Fetch-Site",
        "Origin",
        "bad name",
        "bad:name",
        "",
        "näme",
        "X\r\nHost",
    ],
)
def test_forbidden_headers_are_refused(header: str) -> None:
    world = World({"api.example": [[PUBLIC]]})
    assert kind(ask(world.fetcher(), headers=((header, "1"),))) == "forbidden"
    assert world.looked_up == []


@pytest.mark.parametrize("value", ["a\r\nX: y", "a\nb", "a\x00", "ü", "a\tb", "\x7f"])
def test_header_values_must_be_printable_ascii(value: str) -> None:
    world = World({"api.example": [[PUBLIC]]})
    assert kind(ask(world.fetcher(), headers=(("X-A", value),))) == "forbidden"
    assert world.looked_up == []


def test_headers_must_be_unique_and_are_limited_in_number() -> None:
    fetcher = World({"api.example": [[PUBLIC]]}).fetcher()
    assert kind(ask(fetcher, headers=(("Accept", "a"), ("accept", "b")))) == "forbidden"
    assert kind(ask(fetcher, headers=tuple((f"x-{number}", "") for number in range(65)))) == "too_large"
    assert kind(ask(fetcher, headers=(("x-a", "a" * 17_000),))) == "too_large"


def test_a_body_must_be_valid_text_below_the_limit() -> None:
    with web() as (world, server):
        fetcher = world.fetcher(limits=HttpLimits(body_kb=1))
        assert kind(ask(fetcher, method="POST", body="ü" * 513)) == "too_large"
        assert kind(ask(fetcher, method="POST", body="\ud800")) == "forbidden"
        assert server.connections == 0
        assert kind(ask(fetcher, method="POST", body="ü" * 512)) == "200"
    assert len(server.requests[0].partition(b"\r\n\r\n")[2]) == 1024


def test_a_post_without_a_body_has_length_zero_and_a_head_has_no_body() -> None:
    with web(says(answer()), says(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")) as (world, server):
        fetcher = world.fetcher()
        assert ask(fetcher, method="POST").body == "hello"
        assert ask(fetcher, method="HEAD").body == ""
    assert b"content-length: 0\r\n" in server.requests[0]
    assert b"content-length" not in server.requests[1]


# What takes too long


HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "behaviour",
    [
        silent,
        drips(b"", b"H"),
        drips(HEAD, b"X-A: b\r\n"),
        drips(HEAD + b"X-A: ", b"b"),
        drips(HEAD + b"Content-Length: 1000\r\n\r\n", b"a"),
        drips(HEAD + b"\r\n", b"a"),
        drips(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
        drips(HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x"),
        drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        drips(HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"a" * 999)[:10], b""),
    ],
)
def test_a_slow_server_is_a_timeout(behaviour: Behaviour) -> None:
    with web(behaviour) as (world, _):
        result = ask(world.fetcher(limits=SHORT))
    assert kind(result) == "timeout", result


class Deaf(Server):
    """Takes connections and never reads from them."""

    def _serve(self, connection: socket.socket, behaviour: Behaviour) -> None:
        with connection:
            self.closing.wait(20)


def test_a_server_that_does_not_read_is_a_timeout() -> None:
    limits = HttpLimits(seconds=0.4, body_kb=65_536)
    with Deaf() as server:
        world = World({"api.example": [[PUBLIC]]}, server)
        assert kind(ask(world.fetcher(limits=limits), method="POST", body="a" * 50_000_000)) == "timeout"


def test_a_chain_of_slow_redirects_shares_one_deadline() -> None:
    def late(connection: socket.socket) -> None:
        threading.Event().wait(0.15)
        connection.sendall(redirect("/again"))

    with web(late) as (world, server):
        assert kind(ask(world.fetcher(limits=SHORT))) == "timeout"
    assert server.connections < 5


def test_a_look_up_that_never_ends_is_abandoned() -> None:
    stuck = threading.Event()

    def resolver(host: str, port: int, /) -> Sequence[str]:
        stuck.wait(20)
        return (PUBLIC,)

    assert kind(ask(Fetcher(resolver=resolver, limits=SHORT))) == "timeout"
    stuck.set()


def test_the_deadline_uses_the_given_clock() -> None:
    ticks = iter(range(0, 1000, 4))
    with web() as (world, _):
        assert kind(ask(world.fetcher(clock=lambda: float(next(ticks))))) == "timeout"


# What is too large


def chunked(body: bytes) -> bytes:
    return HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


@pytest.mark.parametrize(
    "behaviour",
    [
        says(answer(b"a" * 17_000)),
        says(chunked(b"a" * 17_000)),
        endless(HEAD + b"\r\n", b"a" * 1000),
        endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n" * 1000),
        endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1;" + b"x" * 5000 + b"\r\na\r\n"),
        endless(HEAD, b"X-A: b\r\n" * 100),
        endless(HEAD + b"X-A: ", b"b" * 1000),
        endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
        says(answer(gzip.compress(b"\0" * 17_000), "Content-Encoding: gzip")),
        says(answer(gzip.compress(b"\0" * 5_000_000), "Content-Encoding: gzip")),
        says(answer(zlib.compress(b"\0" * 5_000_000), "Content-Encoding: deflate")),
        says(answer(gzip.compress(b"\0" * 9000) * 2, "Content-Encoding: x-gzip")),
        says(answer(gzip.compress(b"") * 900, "Content-Encoding: gzip")),
        endless(HEAD + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"")),
    ],
)
def test_an_answer_that_is_too_large_is_refused(behaviour: Behaviour) -> None:
    with web(behaviour) as (world, _):
        result = ask(world.fetcher(limits=SMALL))
    assert kind(result) == "too_large", result


def test_an_answer_of_exactly_the_limit_is_accepted_compressed_or_not() -> None:
    body = b"a" * 16_384
    packed = answer(gzip.compress(body), "Content-Encoding: gzip")
    with web(says(answer(body)), says(chunked(body)), says(packed)) as (world, _):
        fetcher = world.fetcher(limits=SMALL)
        assert [len(ask(fetcher).body) for _ in range(3)] == [16_384] * 3


# What is broken


@pytest.mark.parametrize(
    "behaviour",
    [
        says(),
        says(b"H"),
        says(b"hello\r\n\r\n"),
        says(b"\x16\x03\x01" * 100),
        says(b"SSH-2.0-OpenSSH_9.6\r\n"),
        says(HEAD),
        says(HEAD + b"Content-Length: 5\r\n\r\nhel"),
        says(HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"),
        says(HEAD + b"Content-Length: -5\r\n\r\nhello"),
        says(HEAD + b"Transfer-Encoding: chunked\r\n\r\nhello"),
        says(HEAD + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffffffffff\r\n"),
        says(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
        says(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhelloXX"),
        says(HEAD + b"Transfer-Encoding: gzip\r\n\r\nhello"),
        says(HEAD + b"no colon\r\n\r\n"),
        says(HEAD + b"Bad Name: 1\r\n\r\n"),
        says(b"HTTP/1.1 99999 OK\r\n\r\n"),
        says(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n"),
        says(answer(b"hello", "Content-Encoding: gzip")),
        says(answer(b"hello", "Content-Encoding: deflate")),
        says(answer(gzip.compress(b"hello")[:-6], "Content-Encoding: gzip")),
        says(answer(gzip.compress(b"hello") + b"more", "Content-Encoding: gzip")),
        says(answer(zlib.compress(b"hello") + b"more", "Content-Encoding: deflate")),
        says(answer(gzip.compress(gzip.compress(b"a")), "Content-Encoding: gzip, gzip")),
        says(answer(b"hello", "Content-Encoding: br")),
        says(answer(b"hello", "Content-Encoding: zstd")),
    ],
)
def test_a_malformed_answer_is_a_protocol_fault(behaviour: Behaviour) -> None:
    with web(behaviour) as (world, _):
        result = ask(world.fetcher())
    assert kind(result) == "protocol", result


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"hello", "identity"),
        (gzip.compress(b"hello"), "gzip"),
        (gzip.compress(b"hel") + gzip.compress(b"lo"), "GZIP"),
        (zlib.compress(b"hello"), "deflate"),
        (zlib.compress(b"hello", wbits=-15), "deflate"),
    ],
    ids=["not", "gzip", "two-members", "zlib", "bare-deflate"],
)
def test_a_compressed_answer_is_decoded_in_pieces_of_any_size(body: bytes, encoding: str) -> None:
    pieces = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
    head = HEAD + f"Transfer-Encoding: chunked\r\nContent-Encoding: {encoding}\r\n\r\n".encode()
    with web(says(answer(body, f"Content-Encoding: {encoding}")), says(head + pieces)) as (world, _):
        fetcher = world.fetcher()
        assert ask(fetcher).body == ask(fetcher).body == "hello"


@pytest.mark.parametrize(
    ("body", "content_type", "text", "base64"),
    [
        ("ü".encode(), "text/plain", "ü", False),
        ("ü".encode(), "text/plain; charset=iso-8859-1", "ü", False),
        (b"\xef\xbb\xbf{}", "application/json", "{}", False),
        (b"\xfc", "text/plain; charset=ISO-8859-1", "ü", False),
        (b"\x80 5", 'text/plain; charset="windows-1252"; x=y', "€ 5", False),
        (b"\xfc", "text/plain", "/A==", True),
        (b"\xfc", "text/plain; charset=idna", "/A==", True),
        (b"\x81", "text/plain; charset=latin1", "gQ==", True),
        (b"\x89PNG\r\n", "image/png", "iVBORw0K", True),
        (b"", "", "", False),
    ],
)
def test_bodies_are_text_if_possible_and_base64_otherwise(
    body: bytes, content_type: str, text: str, base64: bool
) -> None:
    with web(says(answer(body, f"Content-Type: {content_type}"))) as (world, _):
        result = ask(world.fetcher())
    assert (result.body, result.base64) == (text, base64)


# Where it leads


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("/next", "200"),
        ("next?a=ü", "200"),
        ("///evil.example/", "redirect"),
        ("/\\evil.example/", "redirect"),
        ("http:next", "redirect"),
        ("x:next", "redirect"),
        ("?a", "200"),
        ("//api.example/", "200"),
        ("http://API.example:80/", "200"),
        ("http://other.example/", "200"),
        ("http://169.254.169.254/latest/meta-data/", "redirect"),
        ("http://[::ffff:169.254.169.254]/", "redirect"),
        ("http://0xa9fea9fe/", "redirect"),
        ("http://127.0.0.1/", "redirect"),
        ("http://127.0.0.2/", "address"),
        ("http://localhost/", "redirect"),
        ("http://inside.example/", "address"),
        ("http://gone.example/", "dns"),
        ("http://evil.example/", "redirect"),
        ("http://api.example:8080/", "redirect"),
        ("http://strict.example/", "redirect"),
        ("http://api.example@evil.example/", "redirect"),
        ("http://evil.example\\@api.example/", "redirect"),
        ("file:///etc/passwd", "redirect"),
        ("data:,hello", "redirect"),
        ("javascript:1", "redirect"),
        ("http://[", "redirect"),
        ("http:///", "redirect"),
        ("/a b", "redirect"),
        ("/a\tb", "redirect"),
    ],
)
def test_every_redirect_passes_every_check(location: str, expected: str) -> None:
    grants = [plain(), plain("other.example"), plain("inside.example"), plain("gone.example")]
    grants += [plain("127.0.0.2"), HttpGrant(host="strict.example")]
    with Server(says(redirect(location)), says(answer())) as server:
        public = {name: [[PUBLIC]] for name in ("api.example", "other.example", "strict.example")}
        world = World({**public, "inside.example": [["10.0.0.1"]]}, server)
        result = ask(world.fetcher(), *grants)
    assert kind(result) == expected, result
    assert {address for address, _ in world.dialled} == {PUBLIC}
    assert len(world.dialled) == (2 if expected == "200" else 1)


def test_too_many_redirects_are_refused() -> None:
    with web(says(redirect("/again"))) as (world, server):
        assert kind(ask(world.fetcher())) == "redirect"
    assert server.connections == 6


def test_the_last_allowed_redirect_is_followed() -> None:
    with web(*[says(redirect("/again"))] * 5, says(answer())) as (world, server):
        assert kind(ask(world.fetcher())) == "200"
    assert server.connections == 6


def test_a_redirect_without_a_location_is_an_answer() -> None:
    with web(
        says(answer(b"", status="302 Found")), says(answer(b"", "Location: /", status="300 Choose"))
    ) as (
        world,
        _,
    ):
        fetcher = world.fetcher()
        assert [kind(ask(fetcher)), kind(ask(fetcher))] == ["302", "300"]


@pytest.mark.parametrize(
    ("method", "status", "then"),
    [
        ("POST", 301, "GET"),
        ("POST", 302, "GET"),
        ("POST", 303, "GET"),
        ("POST", 307, "POST"),
        ("POST", 308, "POST"),
        ("PUT", 302, "PUT"),
        ("PUT", 303, "GET"),
        ("HEAD", 303, "HEAD"),
    ],
)
def test_the_method_after_a_redirect_follows_the_standard(method: str, status: int, then: str) -> None:
    body = "hello" if method in ("POST", "PUT") else None
    headers = (("Content-Type", "text/plain"),)
    with web(says(redirect("/next", status)), says(answer(b""))) as (world, server):
        assert kind(ask(world.fetcher(), method=method, body=body, headers=headers)) == "200"
    assert server.requests[1].startswith(f"{then} /next ".encode())
    keeps = method == then
    assert (b"content-type" in server.requests[1]) == keeps
    assert server.requests[1].endswith(b"hello") == (keeps and body is not None)


def test_a_redirect_to_a_method_that_is_not_granted_is_refused() -> None:
    with web(says(redirect("/next", 303))) as (world, server):
        assert kind(ask(world.fetcher(), plain("api.example", "POST"), method="POST")) == "redirect"
    assert server.connections == 1


def test_only_harmless_headers_follow_to_another_host() -> None:
    headers = (("Authorization", "mine"), ("X-Key", "mine"), ("Accept", "text/html"))
    with web(says(redirect("http://other.example/")), says(answer())) as (world, server):
        ask(world.fetcher(), plain(), plain("other.example"), headers=headers)
    assert b"authorization: mine" in server.requests[0]
    assert b"mine" not in server.requests[1]
    assert b"accept: text/html\r\n" in server.requests[1]
    assert b"host: other.example\r\n" in server.requests[1]


# What a name leads to the second time


def test_a_name_is_looked_up_once_and_the_checked_address_is_used() -> None:
    """A second look-up would return an internal address, so there must not be one."""
    with Server(address="127.0.0.2") as checked, Server(port=checked.port) as inside:
        world = World({"api.example": [["127.0.0.2"], ["127.0.0.1"]]})
        fetcher = Fetcher(resolver=world.resolver, address_policy="127.0.0.2".__eq__)
        grant = HttpGrant(host="api.example", port=checked.port, plain=True)
        url = f"http://api.example:{checked.port}/"
        assert kind(ask(fetcher, grant, url=url)) == "200"
        assert world.looked_up == ["api.example"]
        assert kind(ask(fetcher, grant, url=url)) == "address"
    assert (checked.connections, inside.connections) == (1, 0)
    assert f"host: api.example:{checked.port}\r\n".encode() in checked.requests[0]


def test_a_name_that_changes_between_redirects_is_checked_again() -> None:
    with Server(says(redirect("/again"))) as server:
        world = World({"api.example": [[PUBLIC], ["127.0.0.1"]]}, server)
        assert kind(ask(world.fetcher())) == "address"
    assert world.dialled == [(PUBLIC, 80)]


def test_loopback_is_unreachable_by_default() -> None:
    with Server() as server:
        grant = HttpGrant(host="api.example", port=server.port, plain=True)
        fetcher = Fetcher(resolver=lambda host, port, /: ["127.0.0.1"])
        assert kind(ask(fetcher, grant, url=f"http://api.example:{server.port}/")) == "address"
    assert server.connections == 0


def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    with web() as (world, _):

        def dialler(address: str, port: int, seconds: float, /) -> socket.socket:
            if address == PUBLIC:
                raise ConnectionRefusedError
            return world.dialler(address, port, seconds)

        fetcher = Fetcher(resolver=lambda host, port, /: [PUBLIC, OTHER_PUBLIC], dialler=dialler)
        assert kind(ask(fetcher)) == "200"
    assert world.dialled == [(OTHER_PUBLIC, 80)]


def test_a_bug_in_a_resolver_is_not_hidden() -> None:
    def resolver(host: str, port: int, /) -> Sequence[str]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Fetcher(resolver=resolver).fetch(HttpRequest(url="http://api.example/"), [plain()], {})


def test_too_many_requests_name_the_limit() -> None:
    fetcher = World({}).fetcher(limits=HttpLimits(calls=0))
    assert ask(fetcher) == HttpFault(kind="too_many", message="more than 0 requests in one run")
