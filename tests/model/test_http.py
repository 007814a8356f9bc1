"""The values of `host.http` survive being written down, and a stranger's are checked."""

from __future__ import annotations

import pytest

from mapp.errors import InvalidInput
from mapp.model.http import HttpAnswer, HttpFault, HttpGrant, HttpRequest, SecretUse


def test_values_survive_a_round_trip() -> None:
    secret = SecretUse(name="KEY", header="X-Key", prefix="Key ")
    grant = HttpGrant(host="api.example", port=8443, methods=("GET", "POST"), plain=True, secret=secret)
    request = HttpRequest(url="https://api.example/", method="POST", headers=(("A", "b"),), body="c")
    answer = HttpAnswer(
        status=200, url="https://api.example/", headers=(("a", "b"),), body="YQ==", base64=True
    )
    fault = HttpFault(kind="dns", message="no")
    assert HttpGrant.from_dict(grant.to_dict()) == grant
    assert HttpGrant.from_dict({"host": "api.example"}) == HttpGrant(host="api.example")
    assert HttpRequest.from_dict(request.to_dict()) == request
    assert HttpAnswer.from_dict(answer.to_dict()) == answer
    assert HttpFault.from_dict(fault.to_dict()) == fault
    with pytest.raises(ValueError):
        HttpFault.from_dict({"fault": "mood", "message": ""})


def test_every_mistake_in_a_request_is_reported() -> None:
    wrong = {"url": 1, "method": None, "headers": {"a": 1}, "body": b"", "proxy": "x"}
    with pytest.raises(InvalidInput) as raised:
        HttpRequest.from_dict(wrong)
    assert [problem.path for problem in raised.value.problems] == [
        "proxy",
        "url",
        "method",
        "body",
        "headers",
    ]


def test_every_mistake_in_a_grant_is_reported() -> None:
    secret = SecretUse(name="KEY", header="Host", prefix="\n")
    grant = HttpGrant(host="a b", port=0, methods=(), plain=True, secret=secret)
    paths = ["host", "port", "methods", "secret.header", "secret.prefix", "secret"]
    assert [problem.path for problem in grant.problems()] == paths
    assert not list(HttpGrant(host="api.example").problems())
