"""The four coders, each set up to give one answer, so that one suite can test them all."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from mapp.author.coder import Coder
from mapp.author.coders.anthropic import AnthropicCoder
from mapp.author.coders.local import LocalCoder
from mapp.author.coders.scripted import ScriptedCoder
from mapp.author.errors import Unavailable
from mapp.author.prices import parse_price
from mapp.llm.openai import OpenAIModel
from support.agents import agent
from support.messages_api import events, refuses, streams, submits
from support.web import Server, answer, says

Answer = Mapping[str, str] | None
"""The files that a coder answers with; None if it fails."""
Make = Callable[[Answer, Path], contextlib.AbstractContextManager[Coder]]
PRICE = parse_price("3/15")


@contextlib.contextmanager
def anthropic(files: Answer, _: Path) -> Iterator[Coder]:
    """Yields the coder for the Messages API, with a server that gives the answer."""
    behaviour = refuses(413, "broken") if files is None else streams(events(submits(dict(files))))
    with Server(behaviour) as server:
        yield AnthropicCoder(model="m", key="k" * 20, price=PRICE, url=f"http://127.0.0.1:{server.port}")


@contextlib.contextmanager
def local(files: Answer, _: Path) -> Iterator[Coder]:
    """Yields the coder for any model, with an OpenAI-compatible server that gives the answer."""
    text = json.dumps({"plan": "as asked", "files": dict(files or {})})
    document = {
        "choices": [{"message": {"role": "assistant", "content": text}}],
        "usage": {"prompt_tokens": 900, "completion_tokens": 100},
    }
    status = "200 OK" if files is not None else "500 Broken"
    with Server(says(answer(json.dumps(document).encode(), status=status))) as server:
        model = OpenAIModel(url=f"http://127.0.0.1:{server.port}/v1", name="m", constrained=True)
        yield LocalCoder(model=model, label="m", price=PRICE)


@contextlib.contextmanager
def command(files: Answer, folder: Path) -> Iterator[Coder]:
    """Yields the coder that runs an agent."""
    told = json.dumps({"total_cost_usd": 0.01, "usage": {"input_tokens": 900, "output_tokens": 100}})
    body = f"""
for path, text in json.loads({json.dumps(dict(files or {}))!r}).items():
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(text.encode())
print({told!r})
"""
    yield agent(folder, body if files is not None else "sys.exit(1)")


@contextlib.contextmanager
def scripted(files: Answer, _: Path) -> Iterator[Coder]:
    """Yields the scripted coder."""
    yield ScriptedCoder(answers=[files if files is not None else Unavailable("broken")], price=PRICE)


MAKERS: Mapping[str, Make] = {
    "anthropic": anthropic,
    "agent": command,
    "local": local,
    "scripted": scripted,
}
