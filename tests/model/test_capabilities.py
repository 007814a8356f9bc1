from __future__ import annotations

from typing import Any

import pytest

from mapp.errors import InvalidManifest
from mapp.model.interface import compare, interface_hash
from mapp.model.manifest import Manifest
from mapp.model.version import Level
from support.apps import app

FULL: dict[str, Any] = {
    "clock": True,
    "http": [
        {
            "host": "api.example.com",
            "methods": ["GET", "POST"],
            "secret": {"name": "EXAMPLE_KEY", "header": "Authorization", "prefix": "Bearer "},
        },
        {"host": "xn--bcher-kva.example", "port": 8080, "methods": ["HEAD"], "plain": True},
    ],
    "store": {"max_kb": 64},
    "llm": {"max_tokens": 500},
}


def _manifest(capabilities: dict[str, Any]) -> Manifest:
    return Manifest.from_dict(app().stating(capabilities=capabilities).manifest)


def test_declared_capabilities_survive_a_round_trip() -> None:
    manifest = _manifest(FULL)

    assert manifest.to_dict()["capabilities"] == FULL
    assert Manifest.from_dict(manifest.to_dict()) == manifest


def test_every_capability_has_its_own_name() -> None:
    assert _manifest(FULL).capabilities.names == (
        "clock",
        "http:api.example.com",
        "http:api.example.com+POST",
        "secret:EXAMPLE_KEY",
        "http:xn--bcher-kva.example:8080+plain",
        "store",
        "llm",
    )


def test_only_capabilities_that_leave_the_sandbox_are_calls() -> None:
    assert _manifest(FULL).capabilities.calls == ("http", "store", "llm")
    assert _manifest({"clock": True}).capabilities.calls == ()


HOST = {"host": "a.example", "methods": ["GET"]}
SECRET = {"name": "KEY", "header": "X-Key"}


@pytest.mark.parametrize(
    ("capabilities", "path", "said"),
    [
        ({"http": {}}, "capabilities.http", "a list"),
        ({"http": ["a.example"]}, "capabilities.http[0]", "a table"),
        ({"http": [{"methods": ["GET"]}]}, "capabilities.http[0].host", "missing"),
        ({"http": [{"host": "a.example"}]}, "capabilities.http[0].methods", "some of"),
        ({"http": [{**HOST, "methods": ["get"]}]}, "capabilities.http[0].methods", "some of"),
        ({"http": [{**HOST, "methods": ["CONNECT"]}]}, "capabilities.http[0].methods", "some of"),
        ({"http": [{**HOST, "methods": ["GET", "GET"]}]}, "capabilities.http[0].methods", "twice"),
        ({"http": [{**HOST, "host": "*.example"}]}, "capabilities.http[0].host", "not a host name"),
        ({"http": [{**HOST, "host": "A.example"}]}, "capabilities.http[0].host", "written a.example"),
        ({"http": [{**HOST, "host": "a.example/x"}]}, "capabilities.http[0].host", "not a host name"),
        ({"http": [{**HOST, "port": 443}]}, "capabilities.http[0].port", "left out"),
        ({"http": [{**HOST, "port": 0}]}, "capabilities.http[0].port", "65535"),
        ({"http": [{**HOST, "port": True}]}, "capabilities.http[0].port", "whole number"),
        ({"http": [HOST, HOST]}, "capabilities.http[1].host", "two entries"),
        ({"http": [HOST] * 17}, "capabilities.http", "more than 16"),
        ({"http": [{**HOST, "headers": {}}]}, "capabilities.http[0].headers", "not a known key"),
        ({"http": [{**HOST, "secret": {"name": "KEY"}}]}, "capabilities.http[0].secret.header", "missing"),
        (
            {"http": [{**HOST, "secret": {**SECRET, "name": "key"}}]},
            "capabilities.http[0].secret.name",
            "capital",
        ),
        (
            {"http": [{**HOST, "secret": {**SECRET, "header": "Host"}}]},
            "capabilities.http[0].secret.header",
            "not a header",
        ),
        ({"http": [{**HOST, "plain": True, "secret": SECRET}]}, "capabilities.http[0].secret", "never sent"),
        ({"store": True}, "capabilities.store", "a table"),
        ({"store": {}}, "capabilities.store.max_kb", "missing"),
        ({"store": {"max_kb": 0}}, "capabilities.store.max_kb", "between"),
        ({"llm": {"max_tokens": 10**9}}, "capabilities.llm.max_tokens", "between"),
        ({"network": True}, "capabilities.network", "not a known key"),
    ],
)
def test_a_mistake_is_reported_with_its_path(capabilities: dict[str, Any], path: str, said: str) -> None:
    with pytest.raises(InvalidManifest) as error:
        _manifest(capabilities)

    told = {problem.path: problem.message for problem in error.value.problems}
    assert said in told[path], told


def _with_host(**changes: Any) -> dict[str, Any]:
    return {"http": [{**HOST, **changes}]}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, _with_host()),
        ({}, {"store": {"max_kb": 1}}),
        ({}, {"llm": {"max_tokens": 1}}),
        (_with_host(), {"http": [HOST, {**HOST, "host": "b.example"}]}),
        (_with_host(), _with_host(port=8443)),
        (_with_host(), _with_host(methods=["GET", "POST"])),
        (_with_host(), _with_host(methods=["GET", "HEAD"])),
        (_with_host(), _with_host(plain=True)),
        (_with_host(), _with_host(secret=SECRET)),
        (_with_host(secret=SECRET), _with_host(secret={**SECRET, "header": "X-Other"})),
        ({"store": {"max_kb": 1}}, {"store": {"max_kb": 2}}),
        ({"llm": {"max_tokens": 1}}, {"llm": {"max_tokens": 2}}),
    ],
)
def test_a_wider_capability_is_a_major_change_and_a_narrower_one_is_not(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    old, new = _manifest(before), _manifest(after)

    assert compare(old, new).level is Level.MAJOR
    assert interface_hash(old) != interface_hash(new)
    if set(new.capabilities.names) > set(old.capabilities.names):
        assert compare(new, old).level is Level.PATCH
