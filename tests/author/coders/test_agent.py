"""Misbehaving agents: they cost at most the budget, leak nothing, and change nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import textwrap
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mapp.author.coder import Brief, Files, Near, Progress
from mapp.author.coders.agent import MAX_OUTPUT, AgentCoder, _figures_of_claude
from mapp.author.errors import BadAnswer, CoderFailed, NoCredentials, OverBudget, Unavailable
from mapp.author.patch import LARGEST, PatchRefused, apply
from mapp.model.budget import Budget
from mapp.model.spend import Spend
from mapp.sandbox.child.confinement import Confinement
from support.agents import DONE, SOURCE, SUCCESS, agent
from support.processes import kill, marked, start

pytestmark = pytest.mark.skipif(os.name != "posix", reason="agents are run on POSIX systems")

BRIEF = Brief(
    app="vat", phase="code", goal="add 20% VAT", near=(Near(name="tip", description="Splits a tip."),)
)
WORKSPACE: Files = {
    "mapp.toml": b"manifest = 1\n",
    "main.js": b"old\n",
    "tests/examples.jsonl": b'{"input":{},"output":2}\n',
}
KEY = "sk-planted-0123456789"
CAN_HIDE = (
    shutil.which("unshare") is not None
    and subprocess.run(
        ["unshare", "-mpf", "--mount-proc", "true"], capture_output=True, check=False
    ).returncode
    == 0
)
SHORT = Budget(seconds=1.5, micros=500_000)


def ask(coder: AgentCoder, budget: Budget | None = None, brief: Brief = BRIEF) -> object:
    return coder.propose(brief, WORKSPACE, budget or Budget(seconds=60, micros=500_000), lambda _: None)


def failure(coder: AgentCoder, budget: Budget | None = None) -> CoderFailed:
    with pytest.raises(CoderFailed) as error:
        ask(coder, budget)
    assert KEY not in str(error.value) + error.value.hint
    return error.value


def test_the_files_that_it_leaves_are_the_proposal_and_its_report_has_the_cost(tmp_path: Path) -> None:
    coder = agent(tmp_path, DONE + f"print('working'); print({SUCCESS!r})")
    found = coder.propose(BRIEF, WORKSPACE, Budget(), lambda _: None)

    assert found.files == {"main.js": SOURCE.encode()}
    assert (found.ignored, found.reason) == ((), "all done")
    spend = found.spend
    assert (spend.tokens_in, spend.cached_in, spend.written_in, spend.tokens_out) == (60, 20, 30, 40)
    assert (spend.cost_micros, spend.calls) == (12_500, 1)
    assert spend.seconds > 0
    assert list((tmp_path / "scratch").iterdir()) == []


def test_it_finds_the_files_the_brief_and_from_the_second_round_the_report(tmp_path: Path) -> None:
    body = """
    found = {str(p): p.read_text() for p in Path(".").rglob("*") if p.is_file()}
    found["words"], found["phase"], found["cwd"] = sys.argv[1:], os.environ["MAPP_PHASE"], os.getcwd()
    open("main.js", "w").write(json.dumps(found))
    """
    rounds = [
        BRIEF,
        Brief(app="vat", phase="code", goal="add 20% VAT", round=2, report="example 1 gives NaN"),
    ]
    first, second = (
        json.loads(
            agent(tmp_path, body)
            .propose(brief, WORKSPACE, Budget(micros=500_000), lambda _: None)
            .files["main.js"]
        )
        for brief in rounds
    )

    assert {path: first[path].encode() for path in WORKSPACE} == WORKSPACE
    assert "add 20% VAT" in first["BRIEF.md"]
    assert "Splits a tip." not in first["BRIEF.md"], "who writes code need not know the neighbours"
    assert "manifest = 1\n" not in first["BRIEF.md"].partition("<data-")[2]
    assert first["phase"] == "code"
    assert first["words"] == [
        "Do what BRIEF.md in this folder says. Change only main.js.",
        first["cwd"],
        "0.50",
    ]
    assert "REPORT.md" not in first and second["REPORT.md"] == "example 1 gives NaN"


def test_an_agent_that_claims_success_and_does_nothing_has_failed(tmp_path: Path) -> None:
    error = failure(agent(tmp_path, f"print({SUCCESS!r})"))

    assert isinstance(error, BadAnswer)
    assert error.spend.cost_micros == 12_500


@pytest.mark.parametrize("namespaces", [True, False])
def test_an_agent_that_never_ends_is_stopped_and_counts_at_its_maximum(
    tmp_path: Path, namespaces: bool
) -> None:
    body = DONE + "signal.signal(15, signal.SIG_IGN)\nwhile True: time.sleep(9)"
    error = failure(agent(tmp_path, body, namespaces=namespaces), SHORT)

    assert isinstance(error, OverBudget)
    assert error.spend.cost_micros == 500_000
    assert marked(str(tmp_path)) == []


def test_edits_elsewhere_are_reported_and_ignored(tmp_path: Path) -> None:
    body = """
    open("tests/examples.jsonl", "w").write("")
    open("helper.js", "w").write("x")
    os.remove("mapp.toml")
    os.symlink("/etc/passwd", "link")
    """
    found = agent(tmp_path, DONE + "\n" + textwrap.dedent(body)).propose(
        BRIEF, WORKSPACE, Budget(), lambda _: None
    )

    assert found.files == {"main.js": SOURCE.encode()}
    assert found.ignored == ("helper.js", "link", "mapp.toml", "tests/examples.jsonl")
    assert WORKSPACE["tests/examples.jsonl"]


def test_an_agent_that_deletes_its_workspace_harms_nothing_else(tmp_path: Path) -> None:
    body = """
    import shutil
    for place in (".git", ".", os.environ["HOME"], os.environ["TMPDIR"]):
        shutil.rmtree(place, ignore_errors=True)
    """
    before = dict(WORKSPACE)
    error = failure(agent(tmp_path / "agent", body))

    assert isinstance(error, BadAnswer) and "main.js is missing" in error.message
    assert error.spend.cost_micros == 500_000
    assert before == WORKSPACE


@pytest.mark.skipif(Confinement().isolation != "full", reason="this kernel has no Landlock")
def test_it_can_write_only_in_its_own_folders(tmp_path: Path) -> None:
    outside = tmp_path / "precious"
    outside.write_text("mine")
    body = f"""
    for action in (
        lambda: open({str(outside)!r}, "w").write("yours"),
        lambda: os.remove({str(outside)!r}),
        lambda: open({str(tmp_path / "new")!r}, "w"),
        lambda: os.rename("main.js", {str(tmp_path / "moved")!r}),
    ):
        try:
            action()
        except OSError:
            pass
        else:
            sys.exit("it went through")
    open(os.environ["TMPDIR"] + "/x", "w"), open(os.environ["HOME"] + "/x", "w"), open("/dev/null", "w")
    """
    ask(agent(tmp_path / "agent", textwrap.dedent(body) + DONE))

    assert outside.read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["agent", "precious", "world"]


DAEMON = """
def vanish(depth):
    if os.fork():
        return
    os.setsid()
    if depth:
        vanish(depth - 1)
        os._exit(0)
    for fd in range(3):
        os.close(fd)
    os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(120)", MARK])
"""


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc to look")
@pytest.mark.parametrize("namespaces", [True, False])
def test_no_daemon_outlives_it(tmp_path: Path, namespaces: bool) -> None:
    mark = f"mark-{os.getpid()}-{time.time_ns()}"
    body = f"MARK = {mark!r}\n{DAEMON}\nfor depth in range(4): vanish(depth)\ntime.sleep(0.3)\n{DONE}"
    coder = agent(tmp_path, body, namespaces=namespaces)
    found = coder.propose(BRIEF, WORKSPACE, Budget(), lambda _: None)

    assert found.files
    assert marked(mark) == []


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc to look")
@pytest.mark.parametrize("namespaces", [True, False])
def test_an_agent_that_keeps_forking_is_stopped_with_all_its_children(
    tmp_path: Path, namespaces: bool
) -> None:
    mark = f"mark-{os.getpid()}-{time.time_ns()}"
    body = f"""
    for _ in range(400):
        try:
            if os.fork() == 0:
                time.sleep(600 if {mark!r} else 0)
        except OSError:
            break
    time.sleep(600)
    """
    error = failure(agent(tmp_path / mark, body, namespaces=namespaces), SHORT)

    assert error.spend.cost_micros == 500_000
    assert marked(mark) == []


def test_its_environment_has_only_its_own_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPP_KEY_OTHER", "sk-somebody-elses")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sk-somebody-elses")
    body = """
    found = dict(os.environ)
    open("main.js", "w").write(json.dumps(sorted(found)))
    places = list(Path("/proc").glob("[0-9]*/environ")) if os.path.isdir("/proc") else []
    text = b""
    for place in places:
        try:
            text += place.read_bytes()
        except OSError:
            pass
    if b"sk-somebody-elses" in text or "sk-somebody-elses" in str(found):
        os.remove("main.js")
    """
    found = agent(tmp_path, body, keys={"OWN_KEY": KEY}).propose(BRIEF, WORKSPACE, Budget(), lambda _: None)

    names = set(json.loads(found.files["main.js"])) - {"LC_CTYPE"}
    assert names == {
        "PATH",
        "HOME",
        "TMPDIR",
        "LANG",
        "TERM",
        "MAPP_APP",
        "MAPP_PHASE",
        "MAPP_ROUND",
        "OWN_KEY",
    }


def test_its_own_key_reaches_neither_files_nor_messages(tmp_path: Path) -> None:
    keys = {"OWN_KEY": KEY}
    error = failure(agent(tmp_path, 'open("main.js", "w").write(os.environ["OWN_KEY"])', keys=keys))
    assert isinstance(error, BadAnswer) and "own key" in error.message

    said = failure(agent(tmp_path, 'sys.exit(os.environ["OWN_KEY"] + " is wrong")', keys=keys))
    assert isinstance(said, Unavailable) and "[key] is wrong" in said.message


@pytest.mark.skipif(not CAN_HIDE, reason="this system gives no process a view of its own")
def test_hidden_folders_are_empty_for_it(tmp_path: Path) -> None:
    hidden = tmp_path / "config"
    hidden.mkdir()
    (hidden / "keys.json").write_text("{}")
    secret = tmp_path / "keys.json"
    secret.write_text("{}")
    body = f'open("main.js", "w").write(str(os.listdir({str(hidden)!r})) + open({str(secret)!r}).read())'
    found = agent(tmp_path / "agent", body, hidden=(hidden, secret)).propose(
        BRIEF, WORKSPACE, Budget(), lambda _: None
    )

    assert found.files["main.js"] == b"[]"
    assert (hidden / "keys.json").read_text() == secret.read_text() == "{}"


def test_a_huge_file_is_cut_and_refused(tmp_path: Path) -> None:
    found = agent(tmp_path, 'open("main.js", "w").write("x" * 40_000_000)').propose(
        BRIEF, WORKSPACE, Budget(), lambda _: None
    )

    assert len(found.files["main.js"]) == LARGEST["main.js"] + 1
    with pytest.raises(PatchRefused, match="too large"):
        apply(WORKSPACE, found.files, BRIEF.may_change)


def test_an_agent_that_fills_the_disk_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mapp.author.coders.agent.MAX_DISK", 3_000_000)
    body = """
    for number in range(400):
        open(f"file{number}", "wb").write(b"x" * 100_000)
        time.sleep(0.01)
    time.sleep(60)
    """
    error = failure(agent(tmp_path, body))

    assert isinstance(error, BadAnswer) and "filled" in error.message


@pytest.mark.parametrize(
    "body",
    [
        'os.remove("main.js"); os.symlink("/etc/passwd", "main.js")',
        'os.remove("main.js"); os.mkfifo("main.js")',
        'os.remove("main.js"); os.mkdir("main.js")',
        'os.remove("main.js"); open("x", "w").write("x"); os.link("x", "main.js")',
        'os.remove("main.js")',
    ],
)
def test_only_a_plain_file_is_read_back(tmp_path: Path, body: str) -> None:
    error = failure(agent(tmp_path, body))

    assert isinstance(error, BadAnswer) and "main.js" in error.message


def test_a_folder_that_became_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "examples.jsonl").write_text("secret")
    body = f"import shutil; shutil.rmtree('tests'); os.symlink({str(tmp_path / 'elsewhere')!r}, 'tests')"
    coder = agent(tmp_path / "agent", body)
    with pytest.raises(BadAnswer, match="examples"):
        coder.propose(Brief(app="vat", phase="contract", goal="x"), WORKSPACE, Budget(), lambda _: None)


def test_only_the_end_of_megabytes_of_output_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[int] = []
    spend = AgentCoder._spend

    def spy(self: AgentCoder, ran: Any, worst: Spend) -> Spend:
        kept.extend([len(ran.out), len(ran.err)])
        return spend(self, ran, worst)

    monkeypatch.setattr(AgentCoder, "_spend", spy)
    words = "for _ in range(20): print('x' * 1_000_000); print('y' * 300_000, file=sys.stderr)"
    found = agent(tmp_path, f"{DONE}{words}\nprint({SUCCESS!r})").propose(
        BRIEF, WORKSPACE, Budget(), lambda _: None
    )

    assert kept == [MAX_OUTPUT, MAX_OUTPUT]
    assert (found.spend.cost_micros, found.reason) == (12_500, "all done")


def test_without_a_cost_report_it_counts_at_its_maximum(tmp_path: Path) -> None:
    found = agent(tmp_path, DONE + "print('words ' * 1000)").propose(
        BRIEF, WORKSPACE, Budget(micros=7), lambda _: None
    )
    assert len(found.reason) <= 500
    assert found.spend.cost_micros == 7


def test_a_folder_without_permissions_is_removed_too(tmp_path: Path) -> None:
    body = DONE + 'os.mkdir("a"); open("a/b", "w"); os.chmod("a", 0); os.chmod(".", 0o500)'
    ask(agent(tmp_path, body))

    assert list((tmp_path / "scratch").iterdir()) == []


def test_claude_is_called_by_its_template_and_its_cost_report_is_read(tmp_path: Path) -> None:
    program = tmp_path / "bin" / "claude"
    program.parent.mkdir()
    program.write_text(
        f"#!/bin/sh\nprintf '%s\\n' \"$@\" > main.js\necho \"$ANTHROPIC_API_KEY\" >&2\necho '{SUCCESS}'\n"
    )
    program.chmod(0o755)
    coder = AgentCoder(
        path=f"{program.parent}:/usr/bin:/bin", place=tmp_path / "scratch", keys={"ANTHROPIC_API_KEY": KEY}
    )
    found = coder.propose(BRIEF, WORKSPACE, Budget(micros=1_234_567), lambda _: None)

    words = found.files["main.js"].decode().splitlines()
    assert words[:2] == ["-p", "Do what BRIEF.md in this folder says. Change only main.js."]
    assert words[2:] == [
        "--output-format", "json", "--permission-mode", "acceptEdits", "--max-budget-usd", "1.23",
    ]  # fmt: skip
    assert (coder.name, found.spend.cost_micros, found.reason) == ("agent:claude", 12_500, "all done")


def test_a_missing_program_costs_nothing(tmp_path: Path) -> None:
    error = failure(AgentCoder(command=("no-such-agent",), place=tmp_path))

    assert isinstance(error, Unavailable)
    assert (error.spend.calls, error.spend.cost_micros) == (0, 0)


def test_a_missing_key_is_reported_before_anything_starts(tmp_path: Path) -> None:
    assert isinstance(failure(agent(tmp_path, DONE, keys={"OWN_KEY": ""})), NoCredentials)


def test_an_agent_without_a_cost_report_costs_the_agreed_price(tmp_path: Path) -> None:
    coder = agent(tmp_path, DONE, told="nothing", most_micros=30_000)
    assert coder.propose(BRIEF, WORKSPACE, Budget(), lambda _: None).spend.cost_micros == 30_000
    assert isinstance(failure(coder, Budget(micros=29_999)), OverBudget)


def test_an_agent_without_a_price_costs_what_it_reports_or_else_an_assumed_price(tmp_path: Path) -> None:
    told = agent(tmp_path / "told", f"{DONE}\nprint({SUCCESS!r})", told="perhaps", most_micros=50_000)
    silent = agent(tmp_path / "silent", DONE, told="perhaps", most_micros=50_000)

    assert told.propose(BRIEF, WORKSPACE, Budget(), lambda _: None).spend.cost_micros == 12_500
    assert silent.propose(BRIEF, WORKSPACE, Budget(), lambda _: None).spend.cost_micros == 50_000


def test_it_gets_the_path_of_the_brief_and_the_name_of_the_app(tmp_path: Path) -> None:
    body = """
assert "BRIEF.md" in sys.argv[1] and Path(sys.argv[4]).read_text() == Path("BRIEF.md").read_text()
open("main.js", "w").write("// " + os.environ["MAPP_APP"])
"""
    coder = agent(tmp_path, body)
    found = replace(coder, command=(*coder.command, "{brief_file}")).propose(
        BRIEF, WORKSPACE, Budget(), lambda _: None
    )

    assert found.files == {"main.js": f"// {BRIEF.app}".encode()}


def test_the_files_of_a_failed_agent_are_used(tmp_path: Path) -> None:
    found = agent(tmp_path, DONE + "sys.exit(3)").propose(BRIEF, WORKSPACE, Budget(), lambda _: None)
    assert found.files == {"main.js": SOURCE.encode()}


def test_interrupting_a_call_stops_the_agent(tmp_path: Path) -> None:
    def stop(progress: Progress) -> None:
        if "working" in progress.doing:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        agent(tmp_path, "time.sleep(600)").propose(BRIEF, WORKSPACE, Budget(), stop)
    assert marked(str(tmp_path)) == []
    assert list((tmp_path / "scratch").iterdir()) == []


@pytest.mark.parametrize(
    "printed",
    [b"", b"done", b"[]", b'{"total_cost_usd": -1}', b'{"total_cost_usd": true}', b'{"total_cost_usd": 1e9}',
     b'{"total_cost_usd": NaN}', b'{"total_cost_usd": 1, "usage": {"input_tokens": -5}}',
     b"\xff" * 9, b"[" * 9999],
)  # fmt: skip
def test_other_output_is_not_mistaken_for_a_cost_report(printed: bytes) -> None:
    assert _figures_of_claude(printed) is None


_KILLED = """
import sys
from pathlib import Path
from mapp.model.budget import Budget
from mapp.author.coder import Brief
from support.agents import agent
namespaces = sys.argv[2] == "True"
coder = agent(Path(sys.argv[1]), "time.sleep(600)", namespaces=namespaces)
def watch(progress):
    print(progress.doing, flush=True)
coder.propose(Brief(app="vat", phase="code", goal="x"), {}, Budget(), watch)
"""


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc to look")
@pytest.mark.parametrize("namespaces", [True, False])
def test_when_mapp_is_killed_its_agent_ends_too(tmp_path: Path, namespaces: bool) -> None:
    folder = tmp_path / "killed"
    process = start(_KILLED, str(folder), str(namespaces))
    assert process.stdout is not None
    while b"working" not in process.stdout.readline():
        assert process.poll() is None
    while not marked(str(folder / "agent.py")):
        assert process.poll() is None
    kill(process)

    ends = time.monotonic() + 30
    while marked(str(folder / "agent.py")) and time.monotonic() < ends:
        time.sleep(0.02)
    assert marked(str(folder / "agent.py")) == []
