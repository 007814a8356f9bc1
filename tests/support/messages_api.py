"""Answers of Anthropic's Messages API, event by event, well formed or not, for `support.web.Server`."""

from __future__ import annotations

import json
import socket
import threading
from typing import Any

from support.web import Behaviour, answer, read_request

USAGE = {"input_tokens": 900, "cache_read_input_tokens": 800, "cache_creation_input_tokens": 100}
SAID = 250
"""Output tokens of a complete answer."""


def submits(files: dict[str, str], *, plan: str = "as asked") -> str:
    """Returns the input of the tool `submit`."""
    return json.dumps({"plan": plan, "files": files})


def events(submitted: str, *, stop: str = "tool_use", pieces: int = 7, words: str = "") -> list[bytes]:
    """Returns the events of an answer that submits `submitted`, split into about `pieces` parts."""
    message: dict[str, Any] = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {**USAGE, "output_tokens": 1},
    }
    size = max(1, len(submitted) // pieces)
    parts = [submitted[at : at + size] for at in range(0, len(submitted), size)]
    block = {"type": "tool_use", "id": "toolu_1", "name": "submit", "input": {}}
    said: list[dict[str, Any]] = [{"type": "message_start", "message": message}, {"type": "ping"}]
    if words:
        said.append(
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
        )
        said.append(
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": words}}
        )
        said.append({"type": "content_block_stop", "index": 0})
    if submitted:
        said.append({"type": "content_block_start", "index": 1, "content_block": block})
        for part in parts:
            delta = {"type": "input_json_delta", "partial_json": part}
            said.append({"type": "content_block_delta", "index": 1, "delta": delta})
        said.append({"type": "content_block_stop", "index": 1})
    end = {"stop_reason": stop, "stop_sequence": None}
    said.append({"type": "message_delta", "delta": end, "usage": {"output_tokens": SAID}})
    said.append({"type": "message_stop"})
    return [event(document) for document in said]


def event(document: dict[str, Any]) -> bytes:
    """Returns one server-sent event."""
    return f"event: {document['type']}\ndata: {json.dumps(document)}\n\n".encode()


HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
    b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
)


def _chunk(part: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(part), part)


def streams(parts: list[bytes], *, cut_after: int | None = None, ends: bool = True) -> Behaviour:
    """Sends events one by one; closes the connection after `cut_after` of them, without a proper end."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(HEAD)
        for part in parts[:cut_after]:
            connection.sendall(_chunk(part))
        if cut_after is None and ends:
            connection.sendall(b"0\r\n\r\n")

    return behave


def pings_for_ever(parts: list[bytes]) -> Behaviour:
    """Sends some events and then only pings, until the client disconnects."""
    pause = threading.Event()

    def behave(connection: socket.socket) -> None:
        connection.sendall(HEAD)
        for part in parts:
            connection.sendall(_chunk(part))
        for _ in range(400):
            pause.wait(0.05)
            connection.sendall(_chunk(event({"type": "ping"})))

    return behave


def refuses(status: int, kind: str, *headers: str, message: str = "no") -> Behaviour:
    """Answers with an API error."""
    body = json.dumps({"type": "error", "error": {"type": kind, "message": message}}).encode()

    def behave(connection: socket.socket) -> None:
        connection.sendall(answer(body, "Content-Type: application/json", *headers, status=f"{status} Error"))

    return behave


def silent(connection: socket.socket) -> None:
    """Sends no answer, and waits until the client disconnects."""
    read_request(connection)


def body_of(request: bytes) -> dict[str, Any]:
    """Returns the JSON body of a request that a server received."""
    document: dict[str, Any] = json.loads(request.partition(b"\r\n\r\n")[2])
    return document
