"""Runs a model in a GGUF file, in a child process with a deadline and a memory limit.

llama.cpp aborts on some grammars, and when two threads use one model. Here that ends only the child.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mapp.llm.model import WARMTH, Completion, ModelFailed

REQUIREMENT: Final = "llama-cpp-python>=0.3.9"
CHILD: Final = Path(__file__).with_name("llama_child.py")
CONTEXT: Final = 8_192
MEMORY: Final = 8 * 1024**3
"""Bytes in addition to the size of the model file, which is mapped into memory."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LlamaModel:
    """A GGUF file. It is loaded again for each prompt, since prompts of this kind are rare and long.

    `python` is the interpreter that has llama-cpp-python, by default the current one.
    """

    path: Path
    context: int = CONTEXT
    memory: int = MEMORY
    threads: int = 2
    python: str = sys.executable

    @property
    def name(self) -> str:
        """Returns the file's name."""
        return self.path.name

    def complete(
        self,
        prompt: str,
        *,
        schema: Mapping[str, Any] | None,
        max_tokens: int,
        seconds: float,
        block: str = "",
        sample: int = 0,
    ) -> Completion:
        """Returns the answer to a prompt, restricted to the schema if given; raises ModelFailed."""
        if not self.path.is_file():
            raise ModelFailed("unavailable", f"the model file {self.path} does not exist")
        if self.python == sys.executable and importlib.util.find_spec("llama_cpp") is None:
            what = f"llama-cpp-python is not installed: pip install '{REQUIREMENT}'"
            raise ModelFailed("unavailable", what)
        job = {
            "model": str(self.path),
            "context": self.context,
            "memory": self.memory + self.path.stat().st_size,
            "threads": self.threads,
            "prompt": prompt,
            "schema": schema,
            "block": block,
            "sample": sample,
            "warmth": WARMTH if sample else 0.0,
            "max_tokens": max_tokens,
            "cpu_seconds": int(seconds * self.threads) + 10,
        }
        code, out = self._run(json.dumps(job).encode(), seconds)
        return _read(code, out)

    def _run(self, job: bytes, seconds: float) -> tuple[int, bytes]:
        with self._child() as child:
            try:
                out, _ = child.communicate(job, timeout=seconds)
            except subprocess.TimeoutExpired:
                raise ModelFailed("timeout", f"{self.name} did not answer in time") from None
            return child.returncode, out

    @contextlib.contextmanager
    def _child(self) -> Iterator[subprocess.Popen[bytes]]:
        child = subprocess.Popen(
            [self.python, "-I", str(CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "0", "PATH": os.defpath},
            start_new_session=True,
        )
        try:
            yield child
        finally:
            child.kill()
            child.communicate()


def _read(code: int, out: bytes) -> Completion:
    try:
        answer = json.loads(out)
        if "error" in answer:
            raise ModelFailed("unavailable", f"the local model failed: {str(answer['error'])[:300]}")
        return Completion(
            text=str(answer["text"]), tokens_in=int(answer["tokens_in"]), tokens_out=int(answer["tokens_out"])
        )
    except (ValueError, LookupError, TypeError):
        raise ModelFailed("unavailable", f"the local model ended with status {code} and no answer") from None
