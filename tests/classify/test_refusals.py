"""What a service says is the matter decides between failures of the service, and between nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from mapp.classify.refusals import asks_to_sign_in, is_error, reason_of


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"error": "rate_limit_exceeded"}, "rate_limited"),
        ({"errors": [{"reason": "userRateLimitExceeded"}]}, "rate_limited"),
        ({"__type": "ThrottlingException"}, "rate_limited"),
        ({"message": "Quota exceeded for requests per minute."}, "rate_limited"),
        ({"message": "Slow down, or you exceed your quota."}, "rate_limited"),
        ({"error": {"code": "insufficient_quota", "message": "Too many requests."}}, "quota"),
        ({"status": "OVER_DAILY_LIMIT"}, "quota"),
        ({"reason": "dailyLimitExceeded"}, "quota"),
        ({"message": "Your account balance is too low."}, "quota"),
        ({"message": "You have used up the quota of your plan."}, "quota"),
        ({"error": "trial_expired"}, "quota"),
        ({"error": "invalid_token"}, "credential"),
        ({"message": "The access token has expired."}, "credential"),
        ({"detail": "Authentication required"}, "credential"),
        ({"code": "unsupported_version", "message": "Please migrate."}, "moved"),
        ({"message": "Temporarily unavailable"}, "down"),
        ({"message": "Internal Server Error"}, "down"),
        ({"message": "no such city"}, ""),
        ({"value": 7, "rows": [1, None, True]}, ""),
        ({"quota": {"left": 3}, "token": "abc", "limit": 20}, ""),
    ],
)
def test_codes_and_short_words_say_what_is_the_matter(body: Any, reason: str) -> None:
    assert reason_of("", body) == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<form><input name=p TYPE='password'></form>", "credential"),
        ("<h1>Unusual traffic</h1><p>Are you a robot?</p>", "rate_limited"),
        ("<Error><Code>SlowDown</Code></Error>", "rate_limited"),
        ("<h1>We will be back soon</h1>", ""),
        ("Rate limit exceeded", "rate_limited"),
    ],
)
def test_pages_and_plain_texts_say_it_too(text: str, reason: str) -> None:
    assert reason_of(text, None) == reason


def test_words_about_the_data_that_was_sent_are_no_credential() -> None:
    assert reason_of("", {"message": "invalid key: the field cty is unknown"}, strict=True) == ""
    assert reason_of("", {"error": "invalid_grant"}, strict=True) == "credential"


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"code": 7}},
        {"errors": ["x"]},
        {"error_message": "no", "results": []},
        {"ok": False},
        {"success": False, "data": None},
        {"status": "ERROR"},
        {"code": 429, "msg": "x"},
    ],
)
def test_an_error_in_a_good_status_is_told_from_data(body: Any) -> None:
    assert is_error(body)


@pytest.mark.parametrize(
    "body", [{}, [], None, 7, {"error": None, "rows": [1]}, {"errors": []}, {"status": "ok"}, {"code": 3}]
)
def test_data_is_no_error(body: Any) -> None:
    assert not is_error(body)


@pytest.mark.parametrize(
    "address", ["https://a.example/login?next=/", "https://www.sso.example/", "/oauth2/authorize", "/Sign-In"]
)
def test_an_address_to_sign_in_at(address: str) -> None:
    assert asks_to_sign_in(f"a.example redirects to {address!a}")


@pytest.mark.parametrize("address", ["https://a.example/docs/migrating", "/authors/7", "/v2/logins"])
def test_other_addresses_are_none(address: str) -> None:
    assert not asks_to_sign_in(f"a.example redirects to {address!a}")


def test_a_long_or_deep_refusal_is_read_in_part() -> None:
    deep: Any = "rate limit"
    for _ in range(200):
        deep = [deep]
    assert reason_of("", deep) == ""
    assert reason_of("x " * 100_000 + "rate limit", None) == ""
