"""What a script asked of its host in one run, and what it was answered: enough to repeat the run offline."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """One host call: `arguments` and `answer` are JSON texts; a `code` says that it was refused."""

    name: str
    arguments: str
    answer: str = "null"
    code: str = ""
    message: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Returns it as one entry of a recording."""
        document = {"call": self.name, "arguments": json.loads(self.arguments)}
        if self.code:
            return {**document, "error": {"code": self.code, "message": self.message}}
        return {**document, "answer": json.loads(self.answer)}

    @classmethod
    def from_dict(cls, document: dict[str, Any]) -> Exchange:
        """Returns what `to_dict` wrote."""
        error = document.get("error", {})
        return cls(
            name=document["call"],
            arguments=_text(document["arguments"]),
            answer=_text(document.get("answer")),
            code=error.get("code", ""),
            message=error.get("message", ""),
        )


def write_recording(exchanges: list[Exchange]) -> str:
    """Returns the text that the journal keeps."""
    return _text([exchange.to_dict() for exchange in exchanges])


def read_recording(text: str) -> tuple[Exchange, ...]:
    """Returns what `write_recording` wrote."""
    return tuple(Exchange.from_dict(row) for row in json.loads(text))


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
