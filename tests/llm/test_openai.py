"""Models behind OpenAI's chat completions API, against servers on loopback that speak it."""

from __future__ import annotations

import json

import pytest

from mapp.llm.model import Completion, Model, ModelFailed
from mapp.llm.openai import OpenAIModel
from support.web import Server, answer, says, silent

KEY = "sk-planted-0123456789"


def _openai(port: int) -> Model:
    return OpenAIModel(url=f"http://127.0.0.1:{port}/v1", name="m", key=KEY)


CHAT = {
    "choices": [{"message": {"role": "assistant", "content": "four"}}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 1},
}


def _json(document: object, status: str = "200 OK") -> bytes:
    return answer(json.dumps(document).encode(), "Content-Type: application/json", status=status)


def test_a_prompt_is_answered_with_what_it_cost() -> None:
    with Server(says(_json(CHAT))) as server:
        done = _openai(server.port).complete("2+2?", schema={"type": "string"}, max_tokens=7, seconds=5)

    assert done == Completion(text="four", tokens_in=3, tokens_out=1)
    sent = json.loads(server.requests[0].partition(b"\r\n\r\n")[2])
    assert (sent["model"], sent["max_tokens"]) == ("m", 7)
    assert sent["messages"][0]["content"].startswith("2+2?")
    assert KEY.encode() in server.requests[0]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("401 Unauthorized", "credential"),
        ("403 Forbidden", "credential"),
        ("429 Too Many Requests", "rate_limited"),
        ("500 Internal Server Error", "unavailable"),
    ],
)
def test_a_refusal_has_a_kind_and_does_not_repeat_the_key(status: str, kind: str) -> None:
    answer = says(_json({"error": {"type": "x", "message": KEY}}, status))
    with Server(answer) as server, pytest.raises(ModelFailed) as error:
        _openai(server.port).complete("a", schema=None, max_tokens=1, seconds=5)

    assert error.value.kind == kind
    assert KEY not in str(error.value)
    assert server.connections == 1


def test_a_missing_server_is_an_error() -> None:
    with Server() as server:
        port = server.port
    with pytest.raises(ModelFailed) as error:
        _openai(port).complete("a", schema=None, max_tokens=1, seconds=5)

    assert error.value.kind == "unavailable"


def test_an_answer_in_another_protocol_is_an_error() -> None:
    with Server(says(_json({"hello": 1}))) as server, pytest.raises(ModelFailed) as error:
        _openai(server.port).complete("a", schema=None, max_tokens=1, seconds=5)

    assert error.value.kind == "unavailable"


SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}


def test_a_server_is_asked_to_decode_under_the_schema_and_again_without_if_it_cannot() -> None:
    refusal = _json({"error": {"message": "response_format is not supported"}}, "400 Bad Request")
    with Server(says(refusal), says(_json(CHAT))) as server:
        model = OpenAIModel(url=f"http://127.0.0.1:{server.port}/v1", name="m", constrained=True)
        done = model.complete("a", schema=SCHEMA, max_tokens=1, seconds=5)

    assert done.text == "four"
    first, second = (json.loads(sent.partition(b"\r\n\r\n")[2]) for sent in server.requests)
    assert first["response_format"]["json_schema"]["schema"] == SCHEMA
    assert "response_format" not in second


def test_another_sample_is_drawn_warmer_and_from_another_seed() -> None:
    with Server(says(_json(CHAT)), says(_json(CHAT))) as server:
        for sample in (0, 3):
            _openai(server.port).complete(
                "a", schema=None, max_tokens=1, seconds=5, block="js", sample=sample
            )

    first, second = (json.loads(sent.partition(b"\r\n\r\n")[2]) for sent in server.requests)
    assert (first["temperature"], "seed" in first) == (0, False)
    assert second["temperature"] > 0 and second["seed"] == 3
    assert first["messages"][0]["content"].startswith("a\n\nAnswer with one block, from ```js to ```")


def test_a_server_that_does_not_answer_in_time_is_a_timeout() -> None:
    with Server(silent) as server, pytest.raises(ModelFailed) as error:
        _openai(server.port).complete("a", schema=None, max_tokens=1, seconds=0.3)

    assert error.value.kind == "timeout"
