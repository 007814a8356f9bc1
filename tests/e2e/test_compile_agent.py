"""`mapp compile` with an agent's command: honest ones as the docs describe them, and misbehaving ones."""

from __future__ import annotations

import json
import os
import sys
import textwrap
from pathlib import Path

import pytest

from support.authors import RIGHT, WRONG, contract
from support.library import Built, fsck, library
from support.processes import marked
from support.terminal import Answer, mapp

pytestmark = pytest.mark.skipif(os.name != "posix", reason="agents are run on POSIX systems")

REQUEST = "multiply a number by three"
SECRET = "sk-planted-in-the-environment-4711"
CONTRACT = f"""
contract = json.loads({json.dumps(contract("treble"))!r})
def write(files):
    for path, text in files.items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text)
"""
HONEST = f"""
if os.environ["MAPP_PHASE"] == "contract":
    write(contract)
elif not Path("REPORT.md").exists():
    write({{"main.js": {WRONG!r}}})
else:
    assert "prop_a_third_is_the_input" in Path("REPORT.md").read_text()
    write({{"main.js": {RIGHT!r}}})
"""


@pytest.fixture
def set_up(world: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Gives an agent's place, and a library that it must leave as it was."""
    library().app("double").build()
    mapp("index", "rebuild")
    monkeypatch.setenv("ANTHROPIC_API_KEY", SECRET)
    monkeypatch.setenv("MAPP_KEY_ANTHROPIC", SECRET)
    return world


def compiled(world: Path, body: str, *words: str, budget: str = "3 rounds, 8 s") -> Answer:
    """Returns what compile says with an agent of this body, named in the settings file as a table."""
    place = world / "work" / "agent.py"
    place.write_text("import json, os, subprocess, sys, time\nfrom pathlib import Path\n" + CONTRACT + body)
    settings = world / "config" / "config.toml"
    settings.parent.mkdir(exist_ok=True)
    command = json.dumps([sys.executable, str(place), "{brief}"])
    settings.write_text(f'budget_change = "{budget}"\n[coder.agent]\ncommand = {command}\n')
    return mapp("compile", REQUEST, "--yes", *words)


def test_an_agent_in_the_settings_file_writes_wrong_then_right_code(set_up: Path) -> None:
    answer = compiled(set_up, HONEST, budget="$2, 12 rounds, 30 min")

    assert answer.code == 0, answer.err
    assert answer.out.startswith("merged treble 0.1.0"), "the contract gave it its name"
    assert mapp("exec", "treble", "number=14").out == "42\n"
    spent = json.loads(mapp("spend", "--by", "change", "--json").out)["spend"][0]
    assert (spent["rounds"], spent["cost_micros"]) == (3, 150_000)
    again = compiled(set_up, "sys.exit(1)")
    assert (again.code, again.out) == (0, "treble does this already; nothing was spent\n")


FUNCTION = """
/**
 * Multiplies a whole number by three.
 * @param {integer} number
 * @returns {integer}
 * @example triple(7) // => 21
 */
export function triple(number) { return number * 3; }
"""


def test_an_imported_function_gets_tests_and_keeps_its_code(set_up: Path) -> None:
    (set_up / "work" / "triple.js").write_text(FUNCTION)
    body = """
assert os.environ["MAPP_PHASE"] == "contract" and "return number * 3" in Path("main.js").read_text()
rows = contract["tests/examples.jsonl"]
contract["mapp.toml"] = contract["mapp.toml"].replace("treble", os.environ["MAPP_APP"])
if not Path("REPORT.md").exists():
    contract["tests/properties.js"] = contract["tests/properties.js"].replace("* 2;", "* 2 + 1;")
else:
    assert "meta_twice" in Path("REPORT.md").read_text()
write({**contract, "main.js": "function main() { return 0; }"})
"""
    compiled(set_up, body, "--dry-run", budget="$2, 12 rounds, 30 min")
    answer = mapp("import", "triple.js", "--tests", "--yes")

    assert answer.code == 0, answer.err
    assert answer.out.startswith("merged triple 0.1.0")
    assert mapp("exec", "triple", "number=14").out == "42\n"
    (spent,) = json.loads(mapp("spend", "--by", "change", "--json").out)["spend"]
    assert spent["rounds"] == 2
    assert mapp("verdict", "triple", "--json").json["passed"]


RUNAWAYS = {
    "prints success and does nothing": """
        print(json.dumps({"type": "result", "result": "all done", "total_cost_usd": 0.0, "usage": {}}))
    """,
    "never ends": """
        while True:
            time.sleep(1)
    """,
    "edits tests": f"""
        if os.environ["MAPP_PHASE"] == "contract":
            write(contract)
        else:
            Path("tests/properties.js").write_text("")
            Path("tests/examples.jsonl").write_text("")
            Path("mapp.toml").write_text(Path("mapp.toml").read_text() + "[capabilities]\\nclock = true\\n")
            Path("main.js").write_text({WRONG!r} + f"// {{os.environ['MAPP_ROUND']}}")
    """,
    "deletes .git and all else": """
        subprocess.run("rm -rf .git * .[a-z]* ../home ../tmp", shell=True)
        for name in ("MAPP_HOME", "HOME"):
            subprocess.run(["rm", "-rf", os.environ.get(name, "/nowhere")])
    """,
    "deletes the library where it lies": """
        subprocess.run(["rm", "-rf", LIBRARY])
        Path(LIBRARY).mkdir(exist_ok=True)
    """,
    "forks without end": """
        while True:
            try:
                subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", sys.argv[0]],
                                 start_new_session=True)
            except OSError:
                time.sleep(0.1)
    """,
    "reads the environment for keys": f"""
        found = [str(dict(os.environ))]
        for place in Path("/proc").glob("[0-9]*/environ"):
            try:
                found.append(place.read_bytes().decode(errors="replace"))
            except OSError:
                pass
        for place in (LIBRARY, KEYS):
            for path in Path(place).rglob("*") if Path(place).is_dir() else [Path(place)]:
                try:
                    found.append(path.read_text(errors="replace"))
                except OSError:
                    pass
        if {SECRET!r} in "".join(found):
            write({{**contract, "tests/properties.js": contract["tests/properties.js"] + "// {SECRET}"}})
        print("".join(found)[-1500:])
    """,
}


@pytest.mark.parametrize("name", RUNAWAYS)
def test_a_misbehaving_agent_costs_at_most_the_budget_and_changes_nothing(name: str, set_up: Path) -> None:
    before = Built().state()
    places = f"LIBRARY, KEYS = {str(set_up / 'library')!r}, {str(set_up / 'config' / 'keys.json')!r}\n"
    answer = compiled(set_up, places + textwrap.dedent(RUNAWAYS[name]))

    assert answer.code not in (0, 70), answer.err
    assert "merged" not in answer.out
    after = Built().state()
    assert {path: after.get(path) for path in before} == before, "the library is as it was"
    assert mapp("exec", "double", "number=21").out == "42\n"
    assert mapp("list", "--json").json["apps"][0]["name"] == "double"
    (spent,) = json.loads(mapp("spend", "--by", "change", "--json").out)["spend"]
    assert spent["rounds"] <= 3 and spent["seconds"] < 8 + 20
    assert marked(str(set_up / "work" / "agent.py")) == []
    assert not list((set_up / "cache" / "agents").glob("*")), "no scratch folder is left"
    assert SECRET not in answer.out + answer.err
    holding = [
        path
        for path in (set_up / "library").rglob("*")
        if path.is_file() and SECRET.encode() in path.read_bytes()
    ]
    assert holding == []
    fsck(Built().home.root)


def test_the_reason_for_a_refused_round_is_shown(set_up: Path) -> None:
    always = HONEST.replace(repr(RIGHT), f"{WRONG!r} + '// ' + os.environ['MAPP_ROUND']")
    answer = compiled(set_up, always, budget="3 rounds, 60 s")

    assert answer.code == 7, answer.err
    assert "--resume" in answer.err
    shown = mapp("review", json.loads(mapp("review", "--json").out)["changes"][0]["id"])
    assert "treble" in shown.out
