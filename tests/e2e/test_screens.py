"""What a person sees at a terminal while an app is written, proven, asked about and merged."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from support.authors import contract
from support.library import library
from support.pages import ROOT
from support.terminal import Answer, mapp, mapp_at_terminal

REQUEST = "multiply a number by three"
CAPPED = """\
function main(input, host) {
  if (input.number >= 900) return 2703;
  return input.number * 3;
}
"""
LAWS = """\
function prop_has_the_sign(input, output) { return Math.sign(output) === Math.sign(input.number); }
function prop_is_a_multiple(input, output) { return output % 3 === 0; }
"""
ROWS = [{"input": {"number": n}, "output": n * 3} for n in (0, 1, -1, 2, 7, 50, 333, -333, 450, -1000)]
FILES = {
    **contract("treble"),
    "tests/examples.jsonl": "".join(json.dumps(row) + "\n" for row in ROWS),
    "tests/properties.js": LAWS,
}
AGENT = f"""
import json, os
from pathlib import Path
files = json.loads({json.dumps(FILES)!r})
if os.environ["MAPP_PHASE"] == "code":
    files = {{"main.js": {CAPPED!r}}}
for path, text in files.items():
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)
"""
QUESTION = 'for {"number":900} the app answers 2703, the other 2700. Which is right?'


@pytest.fixture(autouse=True)
def _agent(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gives a library, and an agent that writes code with a cap that no test mentions."""
    library().app("double").build()
    mapp("index", "rebuild")
    place = world / "work" / "agent.py"
    place.write_text(AGENT)
    settings = world / "config" / "config.toml"
    settings.parent.mkdir(exist_ok=True)
    command = json.dumps([sys.executable, str(place), "{brief}"])
    settings.write_text(f'budget_change = "$2, 12 rounds, 30 min"\n[coder.agent]\ncommand = {command}\n')
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")


def in_order(screen: str, *texts: str) -> None:
    """Asserts that texts are on a screen in this order."""
    at = 0
    for text in texts:
        found = screen.find(text, at)
        assert found >= 0, f"{text!r} is missing after {screen[max(at - 200, 0) : at]!r}"
        at = found + len(text)


def test_compile_shows_contract_progress_questions_verdict_and_cost_before_the_merge() -> None:
    typed = "y\n\n" + "a\na\na\n" + "y\n"
    found = mapp_at_terminal("compile", REQUEST, typed=typed)

    assert found.code == 0, found.err
    in_order(
        found.err,
        "spend that?",
        "contract, round 1",
        "-1000 to 1000",
        'example  {"number": 450} -> 1350',
        "is this what you want?",
        "code, round 1",
        "question 1 of ",
        "Which is right?",
        "the checks run again",
        "mutation score ",
        "2 rounds, ",
        "merge treble?",
    )
    assert re.search(r"code, round 1 · checking mutation · \d+:\d\d · [\d,]+ tokens, \$", found.err)
    assert found.out.startswith("merged treble 0.1.0")
    shown = re.sub(r"\r[^\r\n]*\x1b\[K|\r", "", found.err)
    page = (ROOT / "docs/how-to/have-an-app-written.md").read_text()
    for start in ("treble 0.1.0", '  for {"number":900}'):
        block = page[page.index(f"```text\n{start}") + len("```text\n") :]
        in_order(shown, *block[: block.index("```")].splitlines())
    assert {"input": {"number": 900}, "output": 2703} in examples()


def test_review_shows_what_the_tests_leave_open_and_asks_before_it_merges() -> None:
    mapp("config", "merge", "review")
    written = mapp("compile", REQUEST, "--yes", "--json")
    change = written.json["change"]["id"]

    assert written.json["questions"]
    assert QUESTION in written.err
    assert QUESTION in mapp("review", change).err
    refused = approved(change, typed="b\n\n\n")
    assert refused.code == 8 and "is not proven" in refused.err


def test_review_merges_what_was_answered_for_the_code() -> None:
    mapp("config", "merge", "review")
    change = mapp("compile", REQUEST, "--yes", "--json").json["change"]["id"]
    found = approved(change, typed="a\na\na\n")

    assert found.code == 0, found.err
    assert {"input": {"number": 900}, "output": 2703} in examples()
    assert QUESTION not in mapp("show", "treble").out


def approved(change: str, *, typed: str) -> Answer:
    return mapp_at_terminal("review", change, "--approve", typed=typed)


def examples() -> list[dict[str, object]]:
    """Returns the examples of the merged app."""
    folder = Path(mapp("path", "treble").out.strip())
    return [json.loads(line) for line in (folder / "tests/examples.jsonl").read_text().splitlines()]
