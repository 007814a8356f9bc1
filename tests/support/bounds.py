"""An app whose tests say nothing about its bounds."""

from __future__ import annotations

from support.apps import Draft, app

SOURCE = """\
function main(input) {
  if (input.number < 0) throw Error("negative");
  if (input.number >= 100) return input.number - 10;
  return input.number;
}
"""


def discount() -> Draft:
    """Returns an app that takes 10 off 100 or more, tested far away from its bounds."""
    output = {"type": "number", "minimum": -1000, "maximum": 1000}
    whole = {"number": {"type": "integer", "minimum": -1000, "maximum": 1000}}
    draft = app("discount").stating(input=whole, output=output, errors={"negative": "below zero"})
    draft = draft.source(SOURCE).file("tests/examples.jsonl", "").file("tests/requests.jsonl", "")
    draft = draft.said("discount on 250", {"number": 250}).said("discount on 17", {"number": 17})
    for number, answer in ((40, 40), (350, 340), (7, 7), (500, 490)):
        draft = draft.example({"number": number}, output=answer)
    return draft.example({"number": -70}, error="negative")
