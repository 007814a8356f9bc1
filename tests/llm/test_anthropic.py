"""Models behind Anthropic's Messages API, against servers on loopback that speak it."""

from __future__ import annotations

import json

import pytest

from mapp.llm.anthropic import AnthropicModel
from mapp.llm.model import Completion, Model, ModelFailed
from support.web import Server, answer, says, silent

KEY = "sk-planted-0123456789"


def _anthropic(port: int) -> Model:
    return AnthropicModel(url=f"http://127.0.0.1:{port}", name="m", key=KEY)


MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "content": [{"type": "text", "text": "four"}],
    "usage": {"input_tokens": 3, "output_tokens": 1},
}


def _json(document: object, status: str = "200 OK") -> bytes:
    return answer(json.dumps(document).encode(), "Content-Type: application/json", status=status)


def test_a_prompt_is_answered_with_what_it_cost() -> None:
    with Server(says(_json(MESSAGE))) as server:
        done = _anthropic(server.port).complete("2+2?", schema={"type": "string"}, max_tokens=7, seconds=5)

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
        _anthropic(server.port).complete("a", schema=None, max_tokens=1, seconds=5)

    assert error.value.kind == kind
    assert KEY not in str(error.value)
    assert server.connections == 1


def test_a_missing_server_is_an_error() -> None:
    with Server() as server:
        port = server.port
    with pytest.raises(ModelFailed) as error:
        _anthropic(port).complete("a", schema=None, max_tokens=1, seconds=5)

    assert error.value.kind == "unavailable"


def test_several_text_parts_are_one_answer_and_other_parts_are_left_out() -> None:
    thought = {"type": "thinking", "thinking": "two and two", "signature": "x"}
    parts = [thought, {"type": "text", "text": "fo"}, {"type": "text", "text": "ur"}]
    with Server(says(_json({**MESSAGE, "content": parts}))) as server:
        done = _anthropic(server.port).complete("a", schema=None, max_tokens=1, seconds=5)

    assert done.text == "four"


def test_a_server_that_does_not_answer_in_time_is_a_timeout() -> None:
    with Server(silent) as server, pytest.raises(ModelFailed) as error:
        _anthropic(server.port).complete("a", schema=None, max_tokens=1, seconds=0.3)

    assert error.value.kind == "timeout"


@pytest.mark.parametrize(
    "answer", [{"hello": 1}, {**MESSAGE, "content": None}, {**MESSAGE, "usage": None}, [1]]
)
def test_an_answer_that_is_not_a_message_is_a_failed_model(answer: object) -> None:
    with Server(says(_json(answer))) as server, pytest.raises(ModelFailed) as error:
        _anthropic(server.port).complete("a", schema=None, max_tokens=1, seconds=5)

    assert error.value.kind == "unavailable"
