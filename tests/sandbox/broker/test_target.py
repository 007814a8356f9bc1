"""Any untrusted text gives a target or a refusal."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapp.sandbox.broker.refusal import Refusal
from mapp.sandbox.broker.target import Target, follow, read_target

WORDS = ["http", "https", ":", "/", "//", "@", "?", "#", "\\", "[", "]", "%", ".", "..", "xn--", "ü"]
HOSTS = ["api.example", "::1", "127.0.0.1", "0x7f", "1", ":80"]
BLANKS = ["\t", "\r\n", " ", "\ud800", "\u3002", "\x00"]
pieces = st.lists(st.sampled_from(WORDS + HOSTS + BLANKS) | st.characters(), max_size=12).map("".join)
HOME = Target(scheme="https", host="api.example", port=443, path="/a/b?c")


@settings(max_examples=400)
@given(pieces, st.sampled_from(["", "http://", "https://"]))
def test_other_url_parsers_read_a_target_the_same_way(text: str, start: str) -> None:
    try:
        target = read_target(start + text)
    except Refusal as refusal:
        assert refusal.fault.kind in ("forbidden", "too_large")
        return
    other = urlsplit(target.url)
    assert f"[{other.hostname}]" == target.host or other.hostname == target.host
    assert (other.port or {"http": 80, "https": 443}[other.scheme]) == target.port
    assert (other.username, other.fragment) == (None, "")
    assert target.path.isascii() and target.path.startswith("/") and target.path.isprintable()
    assert read_target(target.url) == target


@settings(max_examples=400)
@given(pieces)
def test_a_redirect_gives_a_target_or_a_refusal(text: str) -> None:
    try:
        target = follow(HOME, text)
    except Refusal as refusal:
        assert refusal.fault.kind in ("forbidden", "too_large")
        return
    assert target.origin == HOME.origin or "//" in text


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("d", "https://api.example/a/d"),
        ("../d", "https://api.example/d"),
        ("?d", "https://api.example/a/b?d"),
        ("#d", "https://api.example/a/b?c"),
        ("//other.example:8443", "https://other.example:8443/"),
        ("http://api.example", "http://api.example/"),
    ],
)
def test_a_relative_location_is_resolved_against_its_page(location: str, url: str) -> None:
    assert follow(HOME, location).url == url
