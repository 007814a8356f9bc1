"""Recordings made from real runs on loopback and by changing recorded answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mapp.ops.workspace import Workspace
from support.apps import Draft, app
from support.rates import CAREFUL, rates
from support.terminal import mapp
from support.web import World, answer, says, web

HTTP: dict[str, Any] = {"http": [{"host": "api.example", "methods": ["GET"], "plain": True}]}
GRANT = ("--grant", "http:api.example+plain")
BODY = json.dumps({"base": "USD", "rates": {"CHF": 0.5}}).encode()


def draft(source: str = CAREFUL) -> Draft:
    return rates(source.replace("https://rates.example", "http://api.example")).stating(capabilities=HTTP)


@pytest.fixture
def folder(world: Path) -> Path:
    return draft().write(world / "work" / "rates")


def served(monkeypatch: pytest.MonkeyPatch, *words: str, body: bytes = BODY, status: str = "200 OK") -> Any:
    """Runs a command while a server on loopback plays the service; afterwards nothing answers."""
    with web(says(answer(body, status=status))) as (outside, _):
        monkeypatch.setattr(Workspace, "fetcher", lambda self: outside.fetcher())
        done = mapp(*words)
    monkeypatch.setattr(Workspace, "fetcher", lambda self: World({}).fetcher())
    return done


def rows_of(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(row) for row in (folder / "tests/examples.jsonl").read_text().splitlines()]


def test_a_new_app_is_recorded_until_the_gate_is_satisfied(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert mapp("test", str(folder)).code == 8
    good = served(monkeypatch, "record", str(folder), "amount=10", "base=USD", *GRANT)
    assert good.code == 0, good.err
    unknown = served(
        monkeypatch, "record", str(folder), "amount=1", "base=XXX", *GRANT, status="404 Not Found", body=b""
    )
    assert unknown.code == 0, unknown.err
    assert mapp("record", str(folder), "--change", "timeout").code == 0

    assert [(row.get("output"), row.get("error")) for row in rows_of(folder)] == [
        (5, None),
        (None, "unknown"),
        (None, "unavailable"),
    ]
    found = mapp("test", str(folder))
    assert found.code == 0, found.err


def test_the_person_sees_all_that_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = served(monkeypatch, "record", str(folder), "amount=10", "base=USD", "--name", "usd", *GRANT)

    kept = (folder / "tests/recordings/usd.json").read_text()
    assert all(line in found.err for line in kept.splitlines())
    assert 'example: {"input": {"amount": 10, "base": "USD"}, "output": 5, "recording": "usd"}' in found.err


def test_keys_are_replaced_in_what_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "hunter2-hunter2-hunter2"
    assert mapp("keys", "set", "OTHER", stdin=secret).code == 0
    body = json.dumps({"rates": {"CHF": 2}, "token": secret}).encode()
    found = served(monkeypatch, "record", str(folder), "amount=1", "base=USD", *GRANT, body=body)

    text = "".join(path.read_text() for path in (folder / "tests").rglob("*.js*"))
    assert found.code == 0
    assert secret not in text + found.err
    assert "[secret OTHER]" in text


def test_arguments_with_a_key_are_refused(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = draft().taking(base={"type": "string", "maxLength": 40}).write(world / "work" / "rates")
    assert mapp("keys", "set", "OTHER", stdin="hunter2-hunter2-hunter2").code == 0
    found = served(monkeypatch, "record", str(made), "amount=1", "base=hunter2-hunter2-hunter2", *GRANT)

    assert found.code == 2
    assert "contain one of your keys; nothing was run" in found.err


def test_without_a_grant_nothing_runs(folder: Path) -> None:
    found = mapp("record", str(folder), "amount=10", "base=USD")

    assert found.code == 7
    assert f"mapp record {folder} --grant http:api.example+plain" in found.err


def test_an_installed_app_is_recorded_in_its_checkout(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert mapp("add", str(folder), "--force").code == 0
    assert mapp("grant", "rates", "http:api.example+plain").code == 0
    found = served(monkeypatch, "record", "rates", "amount=10", "base=USD", "--json")

    checkout = Path(mapp("path", "rates").out.strip())
    assert found.json["folder"] == str(checkout)
    assert rows_of(checkout)[0]["output"] == 5
    assert len(rows_of(folder)) == 0


def test_a_change_is_named_by_what_it_does(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served(monkeypatch, "record", str(folder), "amount=10", "base=USD", "--name", "usd", *GRANT)
    found = mapp("record", str(folder), "--change", "null:rates.CHF")

    assert found.code == 0
    document = json.loads((folder / "tests/recordings/usd-null-rates.CHF.json").read_text())
    assert json.loads(document["calls"][0]["answer"]["body"]) == {"base": "USD", "rates": {"CHF": None}}
    assert rows_of(folder)[-1]["error"] == "unavailable"


def test_an_unknown_change_lists_those_that_there_are(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served(monkeypatch, "record", str(folder), "amount=10", "base=USD", *GRANT)
    found = mapp("record", str(folder), "--change", "nonsense")

    assert found.code == 2
    assert "it has: timeout, status-404, status-500" in found.err


def test_a_failure_is_kept_only_with_the_error_that_the_app_should_give(
    world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    careless = CAREFUL.replace("body && body.rates && body.rates.CHF", "body.rates.CHF")
    folder = draft(careless).write(world / "work" / "rates")
    served(monkeypatch, "record", str(folder), "amount=10", "base=USD", *GRANT)
    change = ("record", str(folder), "--change", "envelope")

    failed = mapp(*change)
    assert (failed.code, len(rows_of(folder))) == (8, 1)
    assert "nothing was kept" in failed.err
    assert mapp(*change, "--error", "nonsense").code == 2
    assert mapp(*change, "--error", "unavailable").code == 0
    assert rows_of(folder)[-1]["error"] == "unavailable"
    assert "threw: TypeError" in mapp("test", str(folder)).err


def test_what_an_app_stores_while_it_is_recorded_is_discarded(world: Path) -> None:
    source = """function main(input, host) {
  const before = host.store.get("last") || 0;
  host.store.set("last", input.number);
  return before;
}
"""
    made = app("keeper").source(source).stating(capabilities={"store": {"max_kb": 1}})
    folder = made.file("tests/examples.jsonl", "").write(world / "work" / "keeper")
    words = ("record", str(folder), "number=3", "--grant", "store")

    assert mapp(*words).code == 0
    assert mapp(*words).code == 0
    assert [row["output"] for row in rows_of(folder)] == [0, 0]


def test_an_app_that_reads_the_clock_is_recorded_with_its_time(world: Path) -> None:
    made = app("clock").source("function main(input, host) { return host.now() % 1000; }\n")
    folder = made.stating(capabilities={"clock": True}).write(world / "work" / "clock")
    found = mapp("record", str(folder), "number=1", "--json")

    row = found.json["example"]
    assert row["output"] == row["now"] % 1000
    assert found.json["recording"] is None


def test_a_pure_app_has_nothing_to_record(world: Path) -> None:
    folder = app().write(world / "work" / "double")

    assert "so its runs have nothing to record" in mapp("record", str(folder), "number=1").err
