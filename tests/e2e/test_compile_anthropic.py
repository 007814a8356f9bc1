"""`mapp compile` from the command line: the real client against a server that speaks the Messages API."""

from __future__ import annotations

import base64
import json
import re
import shlex
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.authors import RIGHT, WRONG, contract
from support.library import fsck
from support.messages_api import body_of, events, refuses, streams, submits
from support.terminal import Answer, mapp, mapp_at_terminal
from support.web import Behaviour, Server

KEY = "sk-ant-planted-4711-0123456789abcdef"
REQUEST = "multiply a number by three"


def says(files: dict[str, str]) -> Behaviour:
    return streams(events(submits(files)))


@pytest.fixture
def keyed(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    monkeypatch.setenv("MAPP_KEY_ANTHROPIC", KEY)
    monkeypatch.setenv("MAPP_CODER", "anthropic:some-model")
    monkeypatch.setenv("MAPP_CODER_PRICE", "3/15")
    monkeypatch.setenv("MAPP_BUDGET_CHANGE", "$5, 12 rounds")
    monkeypatch.setenv("MAPP_SECOND_OPINION", "off")  # test_second_opinion.py turns it on
    yield monkeypatch


def compiled(keyed: pytest.MonkeyPatch, server: Server, *words: str) -> tuple[int, str, str]:
    keyed.setenv("MAPP_CODER_URL", f"http://127.0.0.1:{server.port}")
    answer = mapp("compile", *words)
    return answer.code, answer.out, answer.err


def test_an_app_is_written_wrong_then_right_and_merged_and_run(
    keyed: pytest.MonkeyPatch, world: Path
) -> None:
    busy = refuses(429, "rate_limit_error", "Retry-After: 0.01")
    overloaded = refuses(529, "overloaded_error")
    with Server(
        busy, says(contract()), overloaded, says({"main.js": WRONG}), says({"main.js": RIGHT})
    ) as server:
        code, out, err = compiled(keyed, server, REQUEST, "--name", "triple", "--yes")

    assert code == 0, err
    assert out.startswith("merged triple 0.1.0 (")
    assert "  contract, round 1: 1,800 tokens read (800 from the cache, 100 into it), 250 written" in err
    assert "  code, round 2: " in err
    assert "3 rounds" in err and re.search(r"number +integer", err)
    assert mapp("exec", "triple", "number=14").out == "42\n"
    report = json.dumps(body_of(server.requests[-1])["messages"])
    assert "FAILED properties" in report
    spent = json.loads(mapp("spend", "--by", "change", "--json").out)["spend"][0]
    assert spent["rounds"] == 3 and spent["cost_micros"] > 0
    fsck(world / "library")
    assert _places_of(KEY, world) == []


def test_a_compiled_app_runs_without_another_model_call(keyed: pytest.MonkeyPatch) -> None:
    with Server(says(contract()), says({"main.js": RIGHT})) as server:
        compiled(keyed, server, REQUEST, "--name", "triple", "--yes")
        asked = server.connections
        answer = mapp("run", "--yes", "triple 23")

        assert (answer.out, server.connections) == ("69\n", asked), answer.err


def test_a_cut_stream_leaves_a_change_that_can_be_resumed(keyed: pytest.MonkeyPatch, world: Path) -> None:
    cut = streams(events(submits({"main.js": RIGHT})), cut_after=3)
    with Server(says(contract()), cut) as server:
        code, _, err = compiled(keyed, server, REQUEST, "--name", "triple", "--yes")
    assert code == 4 and "--resume" in err
    (change,) = json.loads(mapp("review", "--json").out)["changes"]
    assert change["state"] == "open"

    with Server(says({"main.js": RIGHT})) as server:
        code, out, err = compiled(keyed, server, "--resume", change["id"], "--yes")
        assert (code, server.connections) == (0, 1), err
    assert out.startswith("merged triple")


def test_without_a_terminal_or_approval_nothing_is_sent(keyed: pytest.MonkeyPatch) -> None:
    with Server(says(contract())) as server:
        code, _, err = compiled(keyed, server, REQUEST)

        assert (code, server.connections) == (7, 0)
    assert f"mapp compile --yes {shlex.quote(REQUEST)}" in err


def test_a_dry_run_prints_what_would_be_sent_and_sends_nothing(keyed: pytest.MonkeyPatch) -> None:
    with Server(says(contract())) as server:
        code, out, _ = compiled(keyed, server, REQUEST, "--dry-run")

        assert (code, server.connections) == (0, 0)
    assert "You write the contract of a mini-app" in out and REQUEST in out


def test_for_a_contract_in_a_folder_only_code_is_paid_for(keyed: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    for path, text in contract().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    told = ("--contract", str(folder))
    with Server(says({"main.js": RIGHT})) as server:
        code, out, _ = compiled(keyed, server, *told, "--dry-run")
        assert (code, server.connections) == (0, 0)
        assert "You write the code of a mini-app" in out and "prop_a_third_is_the_input" in out
        code, _, err = compiled(keyed, server, *told, "--name", "other", "--yes")
        assert (code, server.connections) == (2, 0), err
        code, out, err = compiled(keyed, server, *told, "--yes")
        assert (code, server.connections) == (0, 1), err

    assert out.startswith("merged triple 0.1.0 (")
    (folder / "tests/requests.jsonl").write_text("")
    code, _, err = compiled(keyed, server, *told, "--yes")
    assert code == 8 and "40 are needed" in err


def test_a_refusal_and_an_exhausted_budget_are_reported(keyed: pytest.MonkeyPatch) -> None:
    keyed.setenv("MAPP_BUDGET_CHANGE", "1 rounds")
    with Server(says(contract())) as server:
        code, _, err = compiled(keyed, server, REQUEST, "--name", "triple", "--yes")

        assert (code, server.connections) == (7, 1)
    assert "budget of this change" in err and "--resume" in err


def test_a_person_at_a_terminal_is_offered_an_app_and_gets_the_answer(keyed: pytest.MonkeyPatch) -> None:
    name = "triple-number"
    answers = [says(contract(name)), says({"main.js": RIGHT})]
    with Server(*answers) as server:
        keyed.setenv("MAPP_CODER_URL", f"http://127.0.0.1:{server.port}")
        answer = mapp_at_terminal("run", "triple the number 23", typed="y\n\ny\n")

    assert answer.code == 0, answer.err
    assert "spend that?" in answer.err and "is this what you want?" in answer.err
    assert answer.out.endswith("69\n"), answer.err


def _places_of(secret: str, root: Path) -> list[str]:
    """Returns the files below a folder that hold a secret, plain or in disguise."""
    raw = secret.encode()
    forms = [raw, raw[::-1], base64.b64encode(raw).rstrip(b"="), raw.hex().encode()]
    forms.append(urllib.parse.quote(secret, safe="").encode())
    found = []
    for path in root.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            found += [str(path) for form in forms if form in data]
    return found


ANSWERS = "".join(
    json.dumps({"input": {"number": n}, "output": 22 if n == 7 else n * 3}) + "\n" for n in (0, 1, -1, 7, 50)
)


def test_a_disputed_example_stops_the_change_until_one_side_is_accepted(keyed: pytest.MonkeyPatch) -> None:
    keyed.setenv("MAPP_SECOND_OPINION", "on")
    rows = (says(contract()), says({"answers.jsonl": ANSWERS}), says({"main.js": RIGHT}))
    with Server(*rows) as server:
        code, _, err = compiled(keyed, server, REQUEST, "--name", "triple", "--yes")
        assert (code, server.connections) == (7, 2)
        assert 'for {"number":7} the contract says 21, and a second opinion says 22' in err
        assert "--prefer contract" in err
        asked = json.dumps(body_of(server.requests[-1])["messages"])
        assert "333" in asked and "999" not in asked

        identity = err[err.index("--resume ") + 9 :].split()[0]
        code, out, err = compiled(keyed, server, "--resume", identity, "--prefer", "contract", "--yes")

    assert out.startswith("merged triple 0.1.0"), err
    assert server.connections == 3
    assert "  check, round 1: 1,800 tokens read" in err


def disputed() -> tuple[Behaviour, ...]:
    """Returns a contract in which three times seven is 24, an opinion that says 22, and right code."""
    made = contract()
    made["tests/properties.js"] = (
        "function prop_sign(input, output) { return input.number * output >= 0; }\n"
        "function prop_size(input, output) { return Math.abs(output) >= Math.abs(input.number); }\n"
    )
    made["tests/examples.jsonl"] = made["tests/examples.jsonl"].replace('"output": 21', '"output": 24')
    return says(made), says({"answers.jsonl": ANSWERS}), says({"main.js": RIGHT})


def at_terminal(keyed: pytest.MonkeyPatch, server: Server, *words: str, typed: str) -> Answer:
    keyed.setenv("MAPP_SECOND_OPINION", "on")
    keyed.setenv("MAPP_CODER_URL", f"http://127.0.0.1:{server.port}")
    return mapp_at_terminal("compile", *words, typed=typed)


def test_a_person_settles_a_disputed_example_at_the_terminal(keyed: pytest.MonkeyPatch) -> None:
    """Neither side is right; the first answer typed is a text, the second one a number."""
    with Server(*disputed()) as server:
        answer = at_terminal(keyed, server, REQUEST, "--name", "triple", typed='y\n"x"\n21\n\ny\n')

    assert answer.code == 0, answer.err
    assert answer.err.count('for {"number":7} the contract says 24, and a second opinion says 22') == 1
    assert "which is right? 1: the contract, 2: the other, or type the right answer:" in answer.err
    assert "the answer does not fit the app's output" in answer.err
    assert mapp("exec", "triple", "number=7").out == "21\n"


@pytest.mark.parametrize(("typed", "kept"), [("1", 24), ("2", 22)])
def test_the_side_that_a_person_chooses_is_in_the_contract_that_is_shown(
    keyed: pytest.MonkeyPatch, typed: str, kept: int
) -> None:
    keyed.setenv("MAPP_BUDGET_CHANGE", "2 rounds")  # stops before the code, which meets neither
    with Server(*disputed()) as server:
        answer = at_terminal(keyed, server, REQUEST, "--name", "triple", typed=f"y\n{typed}\n\n")

    assert (answer.code, server.connections) == (7, 2), answer.err
    shown = answer.err[answer.err.index("which is right?") :]
    assert re.search(rf"7}} -> {kept}\b", shown) and "budget of this change" in shown


def test_an_empty_line_leaves_a_disputed_example_open_and_nothing_more_is_paid(
    keyed: pytest.MonkeyPatch,
) -> None:
    with Server(*disputed()) as server:
        answer = at_terminal(keyed, server, REQUEST, "--name", "triple", typed="y\n\n")

    assert (answer.code, server.connections) == (7, 2), answer.err
    assert "no code was paid for" in answer.err and "--prefer contract" in answer.err
