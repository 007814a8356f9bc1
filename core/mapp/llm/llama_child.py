"""A script that answers one prompt with a GGUF file. It reads a job as JSON and writes the answer as JSON."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

# One fenced block and nothing else. No line inside starts with a backtick, which would end the block.
BLOCK = r"""
root ::= "```%s\n" line+ "```"
line ::= ([^`\n] [^\n]*)? "\n"
"""


def main() -> int:
    """Answers the job on standard input."""
    job = json.load(sys.stdin.buffer)
    # llama.cpp prints to standard output, so the answer leaves through a duplicate of the descriptor.
    answers = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    _limit(job)
    try:
        answer = _ask(job)
    except Exception as error:  # any error of the library is reported and ends this process
        answer = {"error": f"{type(error).__name__}: {error}"}
    with os.fdopen(answers, "wb") as out:
        out.write(json.dumps(answer).encode())
    return 0


def _limit(job: dict[str, object]) -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    _die_with_parent()
    limits = {
        "RLIMIT_AS": job["memory"],
        "RLIMIT_CPU": job["cpu_seconds"],
        "RLIMIT_CORE": 0,
        "RLIMIT_FSIZE": 0,
    }
    for name, value in limits.items():
        kind = getattr(resource, name)
        _, hard = resource.getrlimit(kind)
        assert isinstance(value, int)
        limit = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (limit, hard))


def _die_with_parent() -> None:
    if sys.platform == "linux":
        import ctypes
        import signal

        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG


def _ask(job: dict[str, Any]) -> dict[str, object]:
    from llama_cpp import Llama  # type: ignore[import-not-found, unused-ignore]
    from llama_cpp.llama_grammar import LlamaGrammar  # type: ignore[import-not-found, unused-ignore]

    model = Llama(
        model_path=job["model"],
        n_ctx=job["context"],
        n_threads=job["threads"],
        n_threads_batch=job["threads"],
        seed=job["sample"],
        verbose=False,
    )
    form: Any = {"type": "json_object", "schema": job["schema"]} if job["schema"] is not None else None
    answer: Any = model.create_chat_completion(
        messages=[{"role": "user", "content": job["prompt"]}],
        response_format=form,
        grammar=LlamaGrammar.from_string(BLOCK % job["block"], verbose=False) if job["block"] else None,
        max_tokens=job["max_tokens"],
        temperature=job["warmth"],
    )
    usage = answer["usage"]
    return {
        "text": answer["choices"][0]["message"]["content"],
        "tokens_in": usage["prompt_tokens"],
        "tokens_out": usage["completion_tokens"],
    }


if __name__ == "__main__":
    sys.exit(main())
