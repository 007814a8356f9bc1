"""What the host notes about each call of a run, compared with good ones."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from mapp.classify.calls import Learned, summarise
from mapp.classify.facts import Call
from mapp.model.http import SENT, HttpGrant
from mapp.model.recording import Exchange

URL = "https://api.example/v1/cities/oslo/now?units=metric"
GOOD = {"city": "Oslo", "main": {"temp": 3.5}}
GRANTS = [HttpGrant(host="api.example", methods=("GET", "POST"))]


def http(
    body: Any = GOOD, *, url: str = URL, status: int = 200, method: str = "GET", raw: str | None = None
) -> Exchange:
    """Returns one answered request."""
    answer = {"status": status, "url": url, "headers": {}, "body": json.dumps(body) if raw is None else raw}
    return Exchange(
        name="http",
        arguments=json.dumps([{"url": url, "method": method}]),
        answer=json.dumps({**answer, "base64": False}),
    )


def refused(code: str, message: str = "", *, method: str = "GET", url: str = URL) -> Exchange:
    """Returns one refused request."""
    return Exchange(
        name="http", arguments=json.dumps([{"url": url, "method": method}]), code=code, message=message
    )


def noted(exchange: Exchange, *good: Exchange) -> Call:
    """Returns the summary of one call."""
    (call,) = summarise([exchange], good or [http()], GRANTS)
    return call


def test_a_good_answer_has_no_differences() -> None:
    call = noted(http({"city": "Rome", "main": {"temp": 20}}, url=URL.replace("oslo", "rome")))
    assert (call.differences, call.asked_before, call.answered_before, call.body) == ((), True, False, "json")
    assert call.endpoint == "GET api.example/v1/cities/rome/now"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("<!DOCTYPE html><html>Sorry</html>", "the answer is html, and was json"),
        ('{"city": "Oslo", "main": {"te', "the answer is broken, and was json"),
        ("", "the answer is empty, and was json"),
        ('{"city": "Oslo"}', "main is missing"),
        ('{"data": {"city": "Oslo", "main": {"temp": 1}}}', "city is missing, and data is new"),
    ],
)
def test_another_body_is_a_difference(raw: str, said: str) -> None:
    assert noted(http(raw=raw)).differences[0].startswith(said.partition(",")[0])


def test_what_is_of_use_to_nobody_is_told_from_another_format() -> None:
    assert all(noted(http(raw=raw)).unusable for raw in ("<html>", "", '{"city": "Os'))
    for raw in ('<?xml version="1.0"?><city/>', "city,temp\nOslo,3", '{"city": "Oslo"}'):
        call = noted(http(raw=raw))
        assert call.differences and not call.unusable


def test_a_refusal_whose_headers_say_that_none_remain_is_a_limit() -> None:
    exchange = http({}, status=403)
    assert not noted(exchange).is_throttled
    headers = exchange.answer.replace('"headers": {}', '"headers": {"x-ratelimit-remaining": "0"}')
    assert noted(replace(exchange, answer=headers)).is_throttled


@pytest.mark.parametrize(
    ("status", "body", "field"),
    [
        (200, {"error": "rate_limit_exceeded"}, "is_throttled"),
        (200, {"ok": False, "error": "token_expired"}, "is_denied"),
        (200, {"status": "OVER_DAILY_LIMIT", "error_message": "x"}, "is_quota"),
        (200, {"status": "error", "message": "Try again later."}, "unusable"),
        (200, {"error": "E17"}, "unusable"),
        (202, {"status": "queued"}, "unusable"),
        (400, {"error": "invalid_grant"}, "is_denied"),
        (400, {"__type": "ThrottlingException"}, "is_throttled"),
        (403, {"reason": "userRateLimitExceeded"}, "is_throttled"),
        (456, {"message": "Quota exceeded"}, "is_quota"),
        (498, {"error": {"message": "Invalid token."}}, "is_denied"),
        (503, {"code": "SlowDown"}, "is_throttled"),
    ],
)
def test_a_refusal_says_itself_what_is_the_matter(status: int, body: Any, field: str) -> None:
    call = noted(http(body, status=status))
    said = {name for name in ("is_throttled", "is_denied", "is_quota", "unusable") if getattr(call, name)}
    assert said == {field}


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"ok": False, "error": {"code": "version_retired", "message": "use v2"}}),
        (200, {"town": "Oslo", "error": None}),
        (400, {"message": "invalid key cty"}),
        (404, {"message": "rate limit"}),
        (500, {"message": "invalid token"}),
    ],
)
def test_other_answers_say_nothing_of_the_kind(status: int, body: Any) -> None:
    call = noted(http(body, status=status))
    assert not (call.is_throttled or call.is_denied or call.is_quota or call.unusable)


@pytest.mark.parametrize("end", range(2, len(json.dumps(GOOD))))
def test_every_beginning_of_an_answer_is_half_an_answer(end: int) -> None:
    assert noted(http(raw=json.dumps(GOOD)[:end])).unusable


@pytest.mark.parametrize(
    "raw", ['{"a": 1}\n{"a": 2}', json.dumps(json.dumps(GOOD)), "[1] ok", "{a: 1}", "12"]
)
def test_another_way_to_write_data_is_a_change(raw: str) -> None:
    call = noted(http(raw=raw))
    assert call.differences and not call.unusable


def test_half_of_a_character_is_half_an_answer() -> None:
    cut = json.dumps({"city": "Malmö"}, ensure_ascii=False).encode()[:-3]
    answer = {
        "status": 200,
        "url": URL,
        "headers": {},
        "body": base64.b64encode(cut).decode(),
        "base64": True,
    }
    exchange = replace(http(), answer=json.dumps(answer))
    assert noted(exchange).body == "broken"
    answer["body"] = base64.b64encode(b"\x89PNG\xff").decode()
    assert noted(replace(http(), answer=json.dumps(answer))).body == "binary"


def test_a_request_under_the_name_of_another_host_asks_that_host() -> None:
    def asked(name: str) -> Exchange:
        arguments = json.dumps([{"url": URL, "method": "GET", "headers": {"HOST": name}}])
        return Exchange(name="http", arguments=arguments, code="forbidden", message="x")

    assert not noted(asked("evil.example")).declared
    assert noted(asked("api.example")).declared


def test_a_redirect_to_sign_in_is_about_the_credentials() -> None:
    assert noted(
        refused("redirect", "api.example redirects to 'https://id.example/login?next=1': no")
    ).is_denied
    assert not noted(refused("redirect", "api.example redirects to 'https://id.example/docs': no")).is_denied


def test_an_answer_is_repaired_with_what_the_same_request_got() -> None:
    learned = Learned([http({"city": "Oslo", "main": {"temp": 3.5, "sky": "clear"}})])
    found = learned.repaired(http({"city": None, "main": {"temp": 9, "cloud": "few"}, "next": "x"}))
    assert found is not None
    assert json.loads(json.loads(found.answer)["body"]) == {
        "city": "Oslo",
        "main": {"temp": 9, "cloud": "few", "sky": "clear"},
    }
    assert learned.repaired(http({"city": "Rome", "main": {"temp": 1, "sky": "x"}})) is None
    assert learned.repaired(http({"city": None}, url=URL.replace("oslo", "rome"))) is None


def test_what_the_same_request_got_counts_more_than_what_similar_ones_got() -> None:
    others = [http({"city": "Rome"}, url=URL.replace("oslo", "rome")), http()]
    assert noted(http({"city": "Oslo"}), *others).differences == ("main is missing",)
    assert noted(http({"city": "Lima"}, url=URL.replace("oslo", "lima")), *others).differences == ()


def test_a_request_of_another_form_was_never_asked() -> None:
    assert not noted(http(url="https://api.example/v2/nowhere")).asked_before
    assert not noted(http(url=URL.replace("units", "unit"))).asked_before
    assert not noted(http(method="POST")).asked_before
    assert noted(http(url=URL.replace("metric", "imperial"))).asked_before


def test_a_status_is_known_from_recordings() -> None:
    lost = http({"error": "not_found"}, url=URL.replace("oslo", "x"), status=404)
    assert noted(http({}, url=URL.replace("oslo", "y"), status=404), http(), lost).known_status
    assert not noted(http({}, status=404)).known_status
    assert noted(http({}, status=404)).answered_before


def test_whether_a_write_may_have_arrived() -> None:
    before = noted(refused("timeout", "no complete answer within 10 seconds", method="POST"))
    after = noted(refused("timeout", f"{SENT}no complete answer within 10 seconds", method="POST"))
    assert (before.writes, before.sent, after.sent) == (True, False, True)
    assert not noted(refused("timeout", SENT)).writes


def test_a_host_that_is_not_declared_or_not_public() -> None:
    other = noted(refused("forbidden", url="https://evil.example/?q=secret"))
    assert (other.declared, other.is_internal) == (False, False)
    for host in ("localhost:8080", "169.254.169.254", "[::1]", "10.0.0.3", "metadata.google.internal"):
        assert noted(refused("forbidden", url=f"http://{host}/")).is_internal
    assert noted(refused("forbidden", url=URL)).declared
    assert not noted(refused("forbidden", url=URL.replace("https", "http"))).declared
    assert not noted(refused("forbidden", url=URL.replace("example", "example:8443"))).declared


@pytest.mark.parametrize("url", ["", "/channels", "undefined/channels", "https:///channels", "?q=1"])
def test_an_address_without_a_host_is_no_attempt_to_reach_one(url: str) -> None:
    assert noted(refused("forbidden", url=url)).declared


@pytest.mark.parametrize(
    ("method", "declared"), [("GETX", True), ("", True), ("PUT", False), ("TRACE", False), ("CONNECT", False)]
)
def test_a_method_that_does_not_exist_is_a_slip(method: str, declared: bool) -> None:
    assert noted(refused("forbidden", method=method)).declared is declared
    assert not noted(refused("forbidden", method=method, url="https://evil.example/")).declared


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://host/", "//evil.example/", "https://[::1]/"])
def test_another_scheme_or_a_host_without_a_scheme_is_one(url: str) -> None:
    assert not noted(refused("forbidden", url=url)).declared


@pytest.mark.parametrize(
    "code", ["insufficient_quota", "quotaExceeded", "dailyLimitExceeded", "quota-exceeded"]
)
def test_a_spent_quota_is_told_from_a_rate_limit_by_its_code(code: str) -> None:
    assert noted(http({"error": {"code": code}}, status=429)).is_quota
    assert not noted(http({"error": f"slow down, or you exceed your quota: {code}"}, status=429)).is_quota


def test_a_failure_that_was_followed_by_success_is_over() -> None:
    first, second = summarise([refused("connect"), http()], [http()], GRANTS)
    assert first.recovered and not second.recovered
    first, second = summarise([refused("connect"), http(status=500)], [http()], GRANTS)
    assert not first.recovered


@pytest.mark.parametrize(
    "arguments", ["[]", "[5]", '["x"]', '[{"url": 7}]', '[{"url": "https://[::"}]', "{}"]
)
def test_arguments_that_are_no_request_are_summarised_too(arguments: str) -> None:
    exchange = Exchange(name="http", arguments=arguments, code="forbidden", message="x")
    assert summarise([exchange], [http()])[0].code == "forbidden"


def test_other_calls_keep_their_code() -> None:
    assert noted(Exchange(name="store.set", arguments='["a", 1]', code="full")).code == "full"
