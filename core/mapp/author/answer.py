"""The schema of an answer, a plan and files, and its parser."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mapp.author.coder import Brief, Files


def schema(brief: Brief, files: Files) -> dict[str, Any]:
    """Returns the JSON Schema of an answer: the plan comes first, so that a model thinks before it writes.

    Files that exist already may be left out, unless there is only one to write.
    """
    required = [path for path in brief.may_change if path not in files or len(brief.may_change) == 1]
    if brief.choosing:
        required = required[:1]  # if an app does the job already, there is nothing else to write
    return {
        "type": "object",
        "properties": {
            "plan": {"type": "string", "description": "Two to five sentences: the approach, the edge cases"},
            "files": {
                "type": "object",
                "properties": {
                    path: {"type": "string", "description": "The complete content"}
                    for path in brief.may_change
                },
                "required": required,
                "additionalProperties": False,
            },
        },
        "required": ["plan", "files"],
        "additionalProperties": False,
    }


def parse(text: str) -> tuple[dict[str, bytes], str]:
    """Returns the files and the plan of an answer in JSON; raises ValueError.

    Does not check whether a file may be changed; `proposal` does.
    """
    document = json.loads(text)
    if not isinstance(document, dict) or not isinstance(document.get("files"), Mapping):
        raise ValueError("it contains no files")
    files = document["files"]
    if not all(isinstance(content, str) for content in files.values()):
        raise ValueError("the content of a file is not a text")
    plan = document.get("plan", "")
    return {path: content.encode() for path, content in files.items()}, plan if isinstance(plan, str) else ""
