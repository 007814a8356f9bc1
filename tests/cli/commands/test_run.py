from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.authors import RIGHT, contract
from support.bands import ONLY_ASKED, ONLY_LIKELY, set_bands
from support.terminal import Answer, mapp, mapp_at_terminal, mapp_process

SORT = "sort these lines"
LIKELY = [
    ("take 15 percent off a price of 80 please", "68", "discount price=80 percent=15"),
    ("so what would the mean of 4, 6 and 11 come to", '"mean": 7', "statistics numbers=[4, 6, 11]"),
    ("could you write 1987 for me as a roman numeral", "MCMLXXXVII", "roman-encode number=1987"),
]
"""Requests that several apps answer: with the output, and with the call that mapp reads."""
terminal = pytest.mark.skipif(sys.platform == "win32", reason="no such terminals there")


@pytest.fixture(scope="module")
def indexed(starter_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns a library with the starter apps and its index, built once for this module."""
    root = tmp_path_factory.mktemp("indexed")
    shutil.copytree(starter_template, root / "library")
    env = {
        **os.environ,
        "MAPP_HOME": str(root / "library"),
        "MAPP_CACHE": str(root / "cache"),
        "MAPP_CONFIG": str(root / "none"),
    }
    subprocess.run([sys.executable, "-m", "mapp_cli", "index", "rebuild"], check=True, env=env)
    return root


@pytest.fixture(autouse=True)
def _library(indexed: Path, world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPP_STARTER", "true")
    for name in ("library", "cache"):
        shutil.copytree(indexed / name, world / name)


def with_input(stdin: object, *words: str) -> Answer:
    done = subprocess.run(
        [sys.executable, "-m", "mapp_cli", *words],
        stdin=stdin,
        capture_output=True,
        check=False,  # type: ignore[call-overload]
    )
    return Answer(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())


def test_a_piped_text_is_attached(world: Path) -> None:
    found = mapp_process("run", SORT, "--yes", stdin=b"b\na\n")

    assert (found.code, found.out) == (0, "a\nb\n")


def test_a_redirected_file_is_attached(world: Path) -> None:
    (world / "work/names.txt").write_text("b\na\n")
    with (world / "work/names.txt").open() as file:
        assert with_input(file, "run", SORT, "--yes").out == "a\nb\n"


def test_the_request_can_come_from_standard_input() -> None:
    found = mapp_process("run", "-", stdin=b"what is 240 euros plus 20% VAT\n")

    assert (found.code, found.out) == (0, "288\n")


def test_standard_input_cannot_be_both_request_and_attachment() -> None:
    found = mapp_process("run", "-", "--input", "-", stdin=b"x")

    assert (found.code, "cannot be both" in found.err) == (2, True)


@pytest.mark.parametrize("stdin", [b"", b"  \n"])
def test_an_empty_request_is_a_usage_error(stdin: bytes) -> None:
    assert mapp_process("run", "-", stdin=stdin).code == 2


def test_an_idle_pipe_is_not_read_if_no_text_is_needed() -> None:
    """CI and cron leave standard input open without ever writing to it."""
    read, write = os.pipe()
    try:
        found = with_input(read, "run", "what is 240 euros plus 20% VAT")
    finally:
        os.close(write)
        os.close(read)

    assert (found.code, found.out) == (0, "288\n")


@pytest.mark.timeout(120)
def test_the_wait_for_an_idle_pipe_ends() -> None:
    read, write = os.pipe()
    try:
        found = with_input(read, "run", SORT)
    finally:
        os.close(write)
        os.close(read)

    assert found.code == 3


def test_an_empty_pipe_attaches_nothing() -> None:
    found = mapp_process("run", SORT, stdin=b"")

    assert found.code == 3 and "text=@" not in found.err


def test_a_hint_names_the_file_and_never_its_content(world: Path) -> None:
    content = "; touch pwned\n" * 7_000
    (world / "work/my names.txt").write_text(content)

    found = mapp("run", "put these lines into some other order please", "--input", "my names.txt")

    assert "touch pwned" not in found.err + found.out
    assert len(found.err) < 3_000


def test_exec_reads_an_argument_from_standard_input() -> None:
    assert mapp_process("exec", "sort-lines", "text=@-", stdin=b"b\na\n").out == "a\nb\n"


def test_exec_expects_json_input_and_its_hint_shows_how_to_attach_a_text() -> None:
    found = mapp_process("exec", "sort-lines", "--input", "-", stdin=b"b\na\n")

    assert found.code == 8
    assert "mapp exec sort-lines text=@FILE" in found.err


# How certain a match must be


@pytest.fixture
def likely(world: Path) -> None:
    """Makes every match of the library likely, but not sure."""
    set_bands(world / "library/index", ONLY_LIKELY)


@pytest.fixture
def asked(world: Path) -> None:
    """Makes mapp ask about every match of the library."""
    set_bands(world / "library/index", ONLY_ASKED)


@terminal
@pytest.mark.usefixtures("likely")
@pytest.mark.parametrize(("request_", "output", "reading"), LIKELY)
def test_a_likely_match_runs_on_a_terminal_and_shows_how_it_was_read(
    request_: str, output: str, reading: str
) -> None:
    found = mapp_at_terminal("run", request_, typed="", watched=True)

    assert found.code == 0, found.err
    assert reading in found.err and output in found.err
    assert found.err.index(reading) < found.err.index(output)


@terminal
@pytest.mark.usefixtures("likely")
@pytest.mark.parametrize("words", [("--json",), ("--accept", "sure")])
def test_a_likely_match_does_not_run_on_a_terminal_if_a_program_reads_or_you_say_sure(
    words: tuple[str, ...],
) -> None:
    found = mapp_at_terminal("run", *words, LIKELY[0][0], typed="n\n", watched=True)

    assert found.code == 3 and "68" not in found.err.splitlines(), found.err


@terminal
@pytest.mark.usefixtures("likely")
def test_an_answer_that_goes_into_a_pipe_must_be_sure() -> None:
    found = mapp_at_terminal("run", LIKELY[0][0], typed="n\n")

    assert (found.code, found.out) == (3, "")


@pytest.mark.usefixtures("likely")
@pytest.mark.parametrize(("request_", "output", "reading"), LIKELY)
def test_off_a_terminal_a_likely_match_runs_only_where_the_caller_accepts_it(
    request_: str, output: str, reading: str
) -> None:
    refused = mapp_process("run", request_)
    accepted = mapp_process("--quiet", "run", "--accept", "likely", request_)

    assert (refused.code, refused.out) == (3, "")
    assert accepted.code == 0 and output in accepted.out
    assert accepted.err == f"{reading}\n"


@pytest.mark.usefixtures("likely")
def test_the_option_beats_the_variable_and_the_variable_beats_the_settings_file(
    world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words, settings = LIKELY[0][0], world / "settings.toml"
    monkeypatch.setenv("MAPP_CONFIG", str(settings))
    assert mapp("config", "accept", "likely").code == 0
    assert mapp("run", words).out == "68\n"
    monkeypatch.setenv("MAPP_ACCEPT", "sure")
    assert mapp("run", words).code == 3
    assert mapp("run", "--accept", "likely", words).out == "68\n"
    monkeypatch.setenv("MAPP_ACCEPT", "auto")
    assert mapp("run", words).code == 3


@pytest.mark.usefixtures("likely")
def test_a_project_cannot_lower_how_certain_a_match_must_be(world: Path) -> None:
    (world / "work/.mapp.toml").write_text('accept = "likely"\n')
    found = mapp_process("run", LIKELY[0][0])

    assert found.code == 8 and "can be set only in your own settings file" in found.err


@pytest.mark.parametrize("value", ["certain", ""])
def test_another_level_is_a_usage_error(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert mapp("run", "--accept", value, "x").code == 2
    monkeypatch.setenv("MAPP_ACCEPT", value)
    assert mapp("run", "x").code == 2


@pytest.mark.usefixtures("likely")
def test_every_json_answer_says_how_sure_mapp_was_and_the_journal_keeps_it() -> None:
    ran = mapp("run", "--json", "--accept", "likely", LIKELY[0][0]).json
    asked = mapp("run", "--json", LIKELY[0][0])
    preview = mapp("run", "--json", "--dry-run", "--accept", "likely", LIKELY[0][0]).json
    stated = mapp("run", "--json", "what is 240 euros plus 20% VAT").json

    assert (ran["decision"], ran["certainty"], ran["output"]) == ("use", "likely", 68)
    assert 0.5 <= ran["sure"] < 1 and asked.json["sure"] == preview["sure"] == ran["sure"]
    assert (asked.code, asked.json["decision"], asked.json["certainty"]) == (3, "ask", None)
    assert (stated["sure"], stated["certainty"]) == (1.0, "sure")
    assert mapp("runs", "--json", ran["run"]).json["run"]["sure"] == ran["sure"]
    assert f"sure       {ran['sure']}" in mapp("runs", ran["run"]).out


@pytest.mark.parametrize("words", ["book me a table for two", "how do I feel about my mother", "?!"])
def test_a_request_that_no_app_does_is_not_sure_at_all(words: str) -> None:
    found = mapp("run", "--json", words)

    assert (found.code, found.json["sure"], found.json["certainty"]) == (3, 0.0, None)
    assert found.json["decision"] in ("compile", "refuse")


def test_a_run_without_a_request_has_no_sureness() -> None:
    ran = mapp("exec", "vat", "price=240", "--json").json

    assert mapp("runs", "--json", ran["run"]).json["run"]["sure"] is None


@pytest.mark.usefixtures("asked")
def test_a_call_that_only_yes_lets_run_shows_how_it_was_read() -> None:
    found = mapp_process("run", "--yes", LIKELY[0][0])

    assert (found.code, found.out, found.err) == (0, "68\n", f"{LIKELY[0][2]}\n")


def test_a_sure_answer_is_printed_alone() -> None:
    found = mapp_process("run", "what is 240 euros plus 20% VAT")

    assert (found.code, found.out, found.err) == (0, "288\n", "")


# A call that is complete, but not sure


@terminal
@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(("request_", "output", "reading"), LIKELY)
def test_a_complete_call_is_shown_and_runs_after_a_yes(request_: str, output: str, reading: str) -> None:
    found = mapp_at_terminal("run", request_, typed="y\n")

    assert found.code == 0 and output in found.out, found.err
    assert f"run {reading}? [y/N]" in found.err
    assert found.err.count(reading) == 1, "who has seen the call need not see it again"


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(("request_", "output", "reading"), LIKELY)
def test_off_a_terminal_both_ways_are_named(request_: str, output: str, reading: str) -> None:
    found = mapp_process("run", request_)

    assert (found.code, found.out) == (3, "")
    assert f"add --yes or run: mapp exec {reading.partition(' ')[0]} " in found.err
    assert f"have an app written: mapp compile {shlex.quote(request_)}" in found.err


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(("request_", "output", "reading"), LIKELY)
def test_yes_runs_a_call_that_is_merely_unsure(request_: str, output: str, reading: str) -> None:
    found = mapp_process("run", "--yes", request_)

    assert found.code == 0 and output in found.out
    assert found.err == f"{reading}\n"


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(
    "request_",
    [
        "do not take 15 percent off a price of 80",
        "decode the roman numeral of 1987 back",
        "write 1987 not as a roman numeral",
    ],
)
def test_yes_lifts_no_veto_that_turns_the_meaning(request_: str) -> None:
    found = mapp("run", "--json", "--yes", request_)

    assert (found.code, found.json["output"]) == (3, None), found.json


# Not that app: have one written

WISH = "could you write 19 for me as a roman numeral"


def configure_coder(world: Path, monkeypatch: pytest.MonkeyPatch, **answers: dict[str, str]) -> None:
    """Configures an agent that writes the files for each phase."""
    place = world / "work/agent.py"
    place.write_text(
        "import json, os, pathlib\n"
        f"answers = json.loads({json.dumps(answers)!r})\n"
        "for path, text in answers[os.environ['MAPP_PHASE']].items():\n"
        "    pathlib.Path(path).parent.mkdir(exist_ok=True)\n"
        "    pathlib.Path(path).write_text(text)\n"
    )
    monkeypatch.setenv("MAPP_CODER", f"agent:{sys.executable} {place} {{brief}}")
    monkeypatch.setenv("MAPP_CODER_PRICE", "0")


@terminal
@pytest.mark.usefixtures("asked")
def test_a_no_without_a_coder_ends_with_the_hint() -> None:
    found = mapp_at_terminal("run", WISH, typed="n\n")

    assert (found.code, found.out) == (3, "")
    assert "have an app written: mapp compile" in found.err


@terminal
@pytest.mark.usefixtures("asked")
@pytest.mark.timeout(400)
def test_a_no_leads_to_the_offer_to_compile_and_the_new_app_answers_the_words_from_then_on(
    world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure_coder(world, monkeypatch, contract=contract("treble"), code={"main.js": RIGHT})
    found = mapp_at_terminal("run", WISH, typed="n\ny\n\ny\n")

    assert "no app in the library other than roman-encode does this" in found.err
    assert "nearest in the library: roman-encode" not in found.err, "the person has just declined it"
    assert (found.code, found.out.splitlines()[-1]) == (0, "57"), found.err
    assert mapp_process("run", f"{WISH}?").out == "57\n"


@terminal
@pytest.mark.usefixtures("asked")
def test_a_second_no_spends_nothing(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configure_coder(world, monkeypatch)
    found = mapp_at_terminal("run", WISH, typed="n\nn\n")

    assert (found.code, found.out) == (7, "")
    assert mapp("spend", "--json").json["spend"] == []
