"""Which headers an app may send, which are added, and which it sees of an answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mapp.model.http import HttpGrant, SecretUse
from mapp.sandbox.broker.headers import (
    MAX_HEADERS,
    MAX_HEADERS_SIZE,
    answered_headers,
    harmless,
    own_headers,
    secret_header,
    sent_headers,
)
from mapp.sandbox.broker.refusal import Refusal
from mapp.sandbox.broker.target import read_target

TARGET = read_target("https://api.example/")
GRANT = HttpGrant(host="api.example", secret=SecretUse(name="KEY", header="Authorization", prefix="Bearer "))


def test_own_headers_are_named_in_lower_case_and_stripped() -> None:
    assert own_headers([("X-A", " 1 "), ("Accept", "text/html")]) == {"x-a": "1", "accept": "text/html"}


def test_headers_up_to_the_limits_are_accepted() -> None:
    many = [(f"x-{number}", "") for number in range(MAX_HEADERS)]
    large = "a" * (MAX_HEADERS_SIZE - len("x-a") - 4)

    assert len(own_headers(many)) == MAX_HEADERS
    assert own_headers([("x-a", large)]) == {"x-a": large}
    for headers in ([*many, ("x-a", "")], [("x-a", large + "a")]):
        with pytest.raises(Refusal) as error:
            own_headers(headers)
        assert error.value.fault.kind == "too_large"


def test_only_harmless_headers_may_follow_to_another_origin() -> None:
    headers = {"accept": "a", "x-key": "b", "authorization": "c", "user-agent": "d"}

    assert harmless(headers) == {"accept": "a", "user-agent": "d"}


def test_a_secret_is_sent_with_its_prefix_in_the_header_of_its_grant() -> None:
    secrets = {"KEY": "hunter2-hunter2", "OTHER": "other"}

    assert secret_header(GRANT, TARGET, secrets) == {"authorization": "Bearer hunter2-hunter2"}
    assert secret_header(replace(GRANT, secret=None), TARGET, secrets) == {}


@pytest.mark.parametrize(
    ("url", "secrets", "why"),
    [
        ("https://api.example/", {}, "not set"),
        ("http://api.example/", {"KEY": "hunter2-hunter2"}, "plain http"),
        ("https://api.example/", {"KEY": "hunter2\r\nX: y"}, "does not fit"),
        ("https://api.example/", {"KEY": "hunter2"}, "fewer than 8"),
    ],
)
def test_the_refusal_of_a_secret_says_why_without_repeating_it(
    url: str, secrets: dict[str, str], why: str
) -> None:
    with pytest.raises(Refusal, match=why) as error:
        secret_header(GRANT, read_target(url), secrets)

    assert error.value.fault.kind == "forbidden"
    assert "hunter2" not in str(error.value)


def test_an_app_can_replace_the_defaults_but_not_the_header_of_a_secret() -> None:
    sent = dict(sent_headers(TARGET, {"accept": "text/html"}, {"x-key": "s"}, 0))

    assert (sent["accept"], sent["user-agent"], sent["x-key"]) == ("text/html", "mapp", "s")
    assert (sent["host"], sent["content-length"]) == ("api.example", "0")
    assert "content-length" not in dict(sent_headers(TARGET, {}, {}, None))
    with pytest.raises(Refusal, match="carries a secret"):
        sent_headers(TARGET, {"x-key": "mine"}, {"x-key": "s"}, None)


def test_an_app_sees_repeated_headers_joined_and_neither_cookies_nor_framing() -> None:
    headers = [(b"X-A", b"1"), (b"Set-Cookie", b"c"), (b"x-a", b"\xfc"), (b"Connection", b"close")]

    assert answered_headers([*headers, (b"Content-Length", b"1")]) == (("x-a", "1, ü"),)
