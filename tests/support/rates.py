"""An app that asks a service for an exchange rate, with recorded answers."""

from __future__ import annotations

import json
from typing import Any

from support.apps import Draft, app

URL = "https://rates.example/latest?base="

CAREFUL = """function main(input, host) {
  let answer;
  try {
    answer = host.http({ url: "https://rates.example/latest?base=" + input.base });
  } catch (error) {
    throw new Error("unavailable");
  }
  if (answer.status === 404) throw new Error("unknown");
  if (answer.status !== 200) throw new Error("unavailable");
  let body;
  try {
    body = JSON.parse(answer.body);
  } catch (error) {
    throw new Error("unavailable");
  }
  const rate = body && body.rates && body.rates.CHF;
  if (typeof rate !== "number") throw new Error("unavailable");
  return input.amount * rate;
}
"""
"""Checks the status, the body's syntax and the type of the only field that it reads."""

PROPERTIES = """function prop_no_negative_amount(input, output) { return output >= 0; }
function meta_a_refusal_is_one_of_two(input, run) {
  const said = run(input);
  return "output" in said || said.error === "unavailable" || said.error === "unknown";
}
"""


def answer(base: str, *, status: int = 200, body: str | None = None) -> dict[str, Any]:
    """Returns a recorded call that asks for the rates of a currency."""
    content = json.dumps({"base": base, "rates": {"CHF": 0.5, "USD": 2}}) if body is None else body
    headers = {"content-type": "application/json"}
    said = {"status": status, "url": URL + base, "headers": headers, "body": content, "base64": False}
    return {"call": "http", "arguments": [{"url": URL + base}], "answer": said}


def recording(*calls: dict[str, Any]) -> str:
    """Returns the content of a recording."""
    return json.dumps({"recording": 1, "calls": list(calls)})


def rates(source: str = CAREFUL, name: str = "rates") -> Draft:
    """Returns an app without examples that calls `https://rates.example`."""
    draft = app(name).stating(
        description="Converts an amount of money to Swiss francs.",
        input={
            "amount": {"type": "integer", "minimum": 0, "maximum": 1000},
            "base": {"type": "string", "pattern": "[A-Z]{3}"},
        },
        output={"type": "number"},
        errors={"unavailable": "the service does not answer", "unknown": "there is no such currency"},
        capabilities={"http": [{"host": "rates.example", "methods": ["GET"]}]},
    )
    draft.source(source).file("tests/examples.jsonl", "").file("tests/properties.js", PROPERTIES)
    return draft.file("tests/requests.jsonl", "").said("10 USD in francs", {"amount": 10, "base": "USD"})


def with_good_answer(draft: Draft) -> Draft:
    """Adds an example with a recorded good answer."""
    draft.file("tests/recordings/usd.json", recording(answer("USD")))
    return draft.example({"amount": 10, "base": "USD"}, output=5, recording="usd")


def covered(source: str = CAREFUL) -> Draft:
    """Returns the app with an example for each of its answers."""
    draft = with_good_answer(rates(source))
    draft.file("tests/recordings/xxx.json", recording(answer("XXX", status=404, body="{}")))
    draft.example({"amount": 1, "base": "XXX"}, error="unknown", recording="xxx")
    return draft.example({"amount": 1, "base": "EUR"}, error="unavailable")
