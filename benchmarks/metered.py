"""Anthropic's Messages API on loopback: counts tokens, keeps a prompt cache, and bills both.

Tokens are those of Llama 2's vocabulary (BPE, 32,000 pieces; it comes with the package `wordllama`):
Anthropic's own is not public. It makes rather more tokens of code and JSON than newer vocabularies do. To
every request the words are added that the service puts before a forced tool. An answer is counted as its plan
and its files.

The cache is that of the service's documentation: a prefix that ends at a mark is kept for five minutes from
its last use, if it has `MIN_CACHED` tokens.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

MIN_CACHED: Final = 1_024
KEPT_SECONDS: Final = 300.0
TOOL_WORDS: Final = 313
"""Tokens that the service puts before a prompt whose tool is forced, as its documentation says."""

Count = Callable[[str], int]
Answer = Callable[[Mapping[str, Any]], Mapping[str, str]]
"""What is behind the API: the body of a request goes in, files come out."""


def counter() -> Count:
    """Returns what counts the tokens of a text."""
    from tokenizers import Tokenizer

    found = importlib.util.find_spec("wordllama")
    if found is None or found.origin is None:
        raise RuntimeError("tokens are counted with the vocabulary of wordllama: pip install wordllama")
    name = "l2_supercat_tokenizer_config.json"
    tokenizer = Tokenizer.from_file(str(Path(found.origin).parent / "tokenizers" / name))
    tokenizer.no_truncation()
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


@dataclass(kw_only=True)
class PromptCache:
    """Prefixes by their hash, each with its expiry time; the caller moves `now`."""

    now: float = 0.0
    _kept: dict[str, float] = field(default_factory=dict)

    def bill(self, parts: list[tuple[str, int, bool]]) -> dict[str, int]:
        """Returns the `usage` of a prompt, given its parts: text, tokens, and whether a mark ends them."""
        total = read = marked = 0
        digest = hashlib.sha256()
        prefixes: list[str] = []
        for text, tokens, mark in parts:
            total += tokens
            digest.update(text.encode())
            if not mark or total < MIN_CACHED:
                continue
            prefixes.append(digest.hexdigest())
            marked = total
            if self._kept.get(prefixes[-1], -1.0) >= self.now:
                read = total
        for prefix in prefixes:
            self._kept[prefix] = self.now + KEPT_SECONDS
        return {
            "input_tokens": total - max(marked, read),
            "cache_read_input_tokens": read,
            "cache_creation_input_tokens": max(0, marked - read),
        }


class MeteredApi:
    """The service: give it to a coder as its URL; `answer` says what the model hands in."""

    def __init__(self, answer: Answer, count: Count, cache: PromptCache) -> None:
        self._answer = answer
        self._count = count
        self._cache = cache
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Returns where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """Stops listening."""
        self._server.shutdown()
        self._server.server_close()

    def _events(self, body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        files = dict(self._answer(body))
        plan = "The job is done by one pass over the argument; nothing is left to chance."
        usage = self._cache.bill(prompt_parts(body, self._count))
        said = self._count("\n".join([plan, *(text for row in files.items() for text in row)]))
        submitted = json.dumps({"plan": plan, "files": files})
        message = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": body["model"],
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {**usage, "output_tokens": 1},
        }
        block = {"type": "tool_use", "id": "toolu_1", "name": "submit", "input": {}}
        delta = {"type": "input_json_delta", "partial_json": submitted}
        yield {"type": "message_start", "message": message}
        yield {"type": "content_block_start", "index": 0, "content_block": block}
        yield {"type": "content_block_delta", "index": 0, "delta": delta}
        yield {"type": "content_block_stop", "index": 0}
        stop = {"stop_reason": "tool_use", "stop_sequence": None}
        yield {"type": "message_delta", "delta": stop, "usage": {"output_tokens": said}}
        yield {"type": "message_stop"}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        events = self._events

        class Handler(BaseHTTPRequestHandler):
            """Answers one request with a stream of events."""

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                said = "".join(f"event: {row['type']}\ndata: {json.dumps(row)}\n\n" for row in events(body))
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Content-Length", str(len(said.encode())))
                self.end_headers()
                self.wfile.write(said.encode())

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        return Handler


def prompt_parts(body: Mapping[str, Any], count: Count) -> list[tuple[str, int, bool]]:
    """Returns a request's parts in the order in which the service reads them: tools, system, messages."""
    tools = json.dumps(body.get("tools", []))
    found = [(f"{body['model']}\n{tools}", count(tools) + (TOOL_WORDS if body.get("tools") else 0), False)]
    blocks = [*body["system"], *(block for row in body["messages"] for block in row["content"])]
    return found + [(block["text"], count(block["text"]), "cache_control" in block) for block in blocks]
