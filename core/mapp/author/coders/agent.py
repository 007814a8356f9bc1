"""A coder that runs any command: in a temporary folder, supervised, with limits, untrusted."""

from __future__ import annotations

import json
import math
import os
import re
import selectors
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

from mapp.author.budget import MAX_LENGTH
from mapp.author.coder import Brief, Files, Progress, Proposal, Watch, proposal
from mapp.author.coders import agent_folder
from mapp.author.errors import BadAnswer, CoderFailed, NoCredentials, OverBudget, Unavailable
from mapp.author.prompt import fixed_words, render
from mapp.model.budget import Budget
from mapp.model.spend import MICROS, Spend

CLAUDE: Final = (
    "claude",
    "-p",
    "{brief}",
    "--output-format",
    "json",
    "--permission-mode",
    "acceptEdits",
    "--max-budget-usd",
    "{usd}",
)
"""The command template for Claude Code, which reports its cost as JSON."""
MAX_OUTPUT: Final = 4 * 1024 * 1024
"""Bytes of an agent's output that are kept: the last ones, which include its cost report."""
UNPRICED: Final = 50_000
"""Micro-dollars that a call counts as when neither the agent nor a setting gives its cost."""
MAX_DISK: Final = 512 * 1024 * 1024
MAX_FILE_SIZE: Final = 64 * 1024 * 1024
MAX_PROCESSES: Final = 256
TELL_EVERY: Final = 10
"""Seconds between two progress reports on the elapsed time."""
LOOK_EVERY: Final = 0.5
PATIENCE: Final = 20.0
"""Seconds that the supervisor has to clean up."""
SUPERVISOR: Final = Path(__file__).with_name("agent_supervisor.py")


@dataclass(frozen=True, kw_only=True, slots=True)
class AgentCoder:
    """A coder that runs a command template with placeholders.

    `{brief}` is the task in one sentence, `{brief_file}` the path of the whole brief, `{folder}` the working
    folder, `{usd}` the money left. `told` says how the agent reports its cost: `claude` prints JSON at the
    end; with `nothing`, each call counts as `most_micros`; with `perhaps`, it does too unless it prints the
    same JSON. `keys` are the only secrets in its environment, `path` is its PATH, `place` the parent of the
    temporary folders, `hidden` the files and folders that it must not see. Without `namespaces`, it sees
    those and the machine's processes.
    """

    command: tuple[str, ...] = CLAUDE
    told: Literal["claude", "nothing", "perhaps"] = "claude"
    most_micros: int = 2 * MICROS
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    path: str = os.defpath
    place: Path | None = None
    hidden: tuple[Path, ...] = ()
    namespaces: bool = True

    @property
    def gives_opinions(self) -> bool:
        """Returns False: a session of an agent costs too much to work out some examples."""
        return False

    @property
    def name(self) -> str:
        """Returns `agent:` and the name of the program."""
        return f"agent:{Path(self.command[0]).name}"

    def max_cost(self, brief: Brief, files: Files, budget: Budget) -> Spend:
        """Returns the money that a call may cost at most, with all the tokens and time left."""
        money = self.most_micros if budget.micros is None else min(self.most_micros, budget.micros)
        seconds = MAX_LENGTH if budget.seconds is None else min(MAX_LENGTH, budget.seconds)
        short = self.told != "claude" and money < self.most_micros
        if short or (money <= 0 < self.most_micros) or seconds <= 0 or 0 in (budget.rounds, budget.tokens):
            raise OverBudget("the budget does not leave enough for one more call of the agent")
        tokens = (budget.tokens or 0) if self.told == "claude" else 0
        return Spend(model=self.name, tokens_in=tokens, cost_micros=money, seconds=seconds, calls=1)

    def propose(self, brief: Brief, files: Files, budget: Budget, watch: Watch) -> Proposal:
        """Runs the agent and returns the files that it wrote; raises CoderFailed."""
        max_cost = self.max_cost(brief, files, budget)
        program = self._program()
        with self._folders(brief, files) as root:
            watch(Progress(doing=f"running {self.name}"))
            ran = self._run(program, root, brief, max_cost, watch)
            spend = self._spend(ran, max_cost)
            if ran.stopped:
                raise self._stopped(ran, max_cost, spend)
            return self._read_back(root / "app", brief, files, spend, ran)

    def _program(self) -> str:
        if os.name != "posix":
            raise Unavailable("agents can only be run on POSIX systems")
        found = shutil.which(self.command[0], path=self.path)
        if found is None:
            raise Unavailable(
                f"there is no program {self.command[0]!r}", hint="install it, or mapp config coder …"
            )
        missing = sorted(name for name, value in self.keys.items() if not value)
        if missing:
            raise NoCredentials(f"the agent needs {missing[0]}", hint=f"mapp keys set {missing[0]}")
        return os.path.abspath(found)  # noqa: PTH100  # links are not resolved: a program may act on its name

    @contextmanager
    def _folders(self, brief: Brief, files: Files) -> Iterator[Path]:
        if self.place is not None:
            self.place.mkdir(parents=True, exist_ok=True)
        root = Path(tempfile.mkdtemp(prefix="mapp-agent-", dir=self.place)).resolve()
        try:
            words = render(replace(brief, report=""), {})  # the files are next to it
            text = f"{words.system}{fixed_words('agent')}\n{words.stable}\n{words.fresh}\n"
            shown = {**files, agent_folder.BRIEF: text.encode()}
            if brief.report:
                shown[agent_folder.REPORT] = brief.report.encode(errors="replace")
            agent_folder.write(root / "app", shown)
            for name in ("home", "tmp"):
                (root / name).mkdir()
            yield root
        finally:
            _remove(root)

    def _run(self, program: str, root: Path, brief: Brief, max_cost: Spend, watch: Watch) -> _Ran:
        """Runs the agent under the supervisor until it ends or is stopped."""
        job = json.dumps(self._job(program, root, brief, max_cost)).encode() + b"\n"
        supervisor = subprocess.Popen(
            [sys.executable, "-I", "-S", str(SUPERVISOR)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"PATH": self.path},
            start_new_session=True,
            cwd="/",
        )
        assert supervisor.stdin and supervisor.stdout and supervisor.stderr
        ran = _Ran(began=time.monotonic())
        try:
            with supervisor.stdin, supervisor.stdout, supervisor.stderr:
                supervisor.stdin.write(job)
                supervisor.stdin.flush()
                _follow(supervisor, ran, root, max_cost.seconds, watch)
                supervisor.stdin.close()
                ran.code = supervisor.wait(timeout=PATIENCE)
        except (BrokenPipeError, subprocess.TimeoutExpired):
            ran.stopped = ran.stopped or "lost"
        finally:
            _finish(supervisor)
            ran.seconds = time.monotonic() - ran.began
        return ran

    def _job(self, program: str, root: Path, brief: Brief, max_cost: Spend) -> dict[str, Any]:
        folder = root / "app"
        wanted = ", ".join(brief.may_change)
        values = {
            "{brief}": f"Do what BRIEF.md in this folder says. Change only {wanted}.",
            "{brief_file}": str(folder / agent_folder.BRIEF),
            "{folder}": str(folder),
            "{usd}": f"{max(1, max_cost.cost_micros * 100 // MICROS) / 100:.2f}",
        }
        pattern = re.compile("|".join(map(re.escape, values)))
        words = [pattern.sub(lambda found: values[found.group()], word) for word in self.command[1:]]
        return {
            "command": [program, *words],
            "folder": str(folder),
            "writable": [str(root / name) for name in ("app", "home", "tmp")],
            "hidden": [str(path) for path in self.hidden],
            "environment": self._environment(root, brief),
            "processes": MAX_PROCESSES,
            "namespaces": self.namespaces,
            "limits": {
                "RLIMIT_FSIZE": MAX_FILE_SIZE,
                "RLIMIT_CORE": 0,
                "RLIMIT_CPU": int(max_cost.seconds * 4) + 1,
            },
        }

    def _environment(self, root: Path, brief: Brief) -> dict[str, str]:
        """Returns the agent's whole environment."""
        return {
            **self.keys,
            "PATH": self.path,
            "HOME": str(root / "home"),
            "TMPDIR": str(root / "tmp"),
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            "MAPP_APP": brief.app,
            "MAPP_PHASE": brief.phase,
            "MAPP_ROUND": str(brief.round),
        }

    def _spend(self, ran: _Ran, max_cost: Spend) -> Spend:
        """Returns the cost that the agent reports, or the maximum if it reports none."""
        base = {"calls": 1, "seconds": ran.seconds}
        told = None if self.told == "nothing" else _figures_of_claude(bytes(ran.out))
        if told is None and self.told != "claude":
            return Spend(model=self.name, cost_micros=self.most_micros, **base)  # type: ignore[arg-type]
        if told is None:
            tokens = {"tokens_in": max_cost.tokens_in, "cost_micros": max_cost.cost_micros}
            return Spend(model=self.name, **tokens, **base)  # type: ignore[arg-type]
        return Spend(model=self.name, **told, **base)  # type: ignore[arg-type]

    def _stopped(self, ran: _Ran, max_cost: Spend, spend: Spend) -> CoderFailed:
        match ran.stopped:
            case "time":
                return OverBudget(f"{self.name} took longer than {max_cost.seconds:.0f} seconds", spend=spend)
            case "disk":
                return BadAnswer(f"{self.name} filled its folder and was stopped", spend=spend)
            case _:
                return Unavailable(f"{self.name} could not be watched and was stopped", spend=spend)

    def _read_back(self, folder: Path, brief: Brief, files: Files, spend: Spend, ran: _Ran) -> Proposal:
        answer: dict[str, bytes] = {}
        faults: list[str] = []
        for path in brief.may_change:
            content, fault = agent_folder.read(folder, path)
            if content is not None:
                answer[path] = content
            elif path in files or fault != "is missing":
                faults.append(f"{path} {fault}")
        if any(value.encode() in content for value in self.keys.values() for content in answer.values()):
            raise BadAnswer(f"{self.name} wrote its own key into a file", spend=spend)
        try:
            extra = tuple(agent_folder.others(folder, files, brief.may_change))
            return proposal(answer, brief, files, spend, reason=self._words(ran), ignored=extra)
        except BadAnswer as error:
            if faults:
                raise BadAnswer(f"{self.name}: {'; '.join(faults)}", spend=spend) from None
            if ran.code:
                words = self._words(ran)
                raise Unavailable(f"{self.name} ended with {ran.code}: {words}", spend=spend) from None
            raise error from None

    def _words(self, ran: _Ran) -> str:
        """Returns the end of the agent's output, without its keys."""
        said = None if self.told == "nothing" else _result_of_claude(bytes(ran.out))
        text = (
            said
            if said is not None
            else (bytes(ran.out[-2000:]) + bytes(ran.err[-500:])).decode(errors="replace")
        )
        for value in self.keys.values():
            text = text.replace(value, "[key]")
        return text.strip()[-500:]


@dataclass(kw_only=True)
class _Ran:
    """One run of an agent: what it printed, how it ended, and why it was stopped if it was."""

    began: float
    out: bytearray = field(default_factory=bytearray)
    err: bytearray = field(default_factory=bytearray)
    code: int = 0
    stopped: Literal["", "time", "disk", "lost"] = ""
    seconds: float = 0.0


def _follow(supervisor: subprocess.Popen[bytes], ran: _Ran, root: Path, seconds: float, watch: Watch) -> None:
    """Reads the agent's output until it ends, or until its time or disk limit is reached."""
    ends = ran.began + seconds
    with selectors.DefaultSelector() as selector:
        for stream, kept in ((supervisor.stdout, ran.out), (supervisor.stderr, ran.err)):
            assert stream is not None
            selector.register(stream, selectors.EVENT_READ, kept)
        looked = 0.0
        while selector.get_map():
            now = time.monotonic()
            if now >= ends:
                ran.stopped = "time"
                return
            if now - looked >= LOOK_EVERY:
                looked = now
                elapsed = int(now - ran.began) // TELL_EVERY * TELL_EVERY
                watch(Progress(doing=f"working for {elapsed} s"))
                if agent_folder.size(root) > MAX_DISK:
                    ran.stopped = "disk"
                    return
            for key, _ in selector.select(min(LOOK_EVERY, ends - now)):
                part = os.read(key.fd, 65536)
                key.data.extend(part)
                del key.data[:-MAX_OUTPUT]
                if not part:
                    selector.unregister(key.fileobj)


def _finish(supervisor: subprocess.Popen[bytes]) -> None:
    """Waits for the supervisor, whose lifeline is closed by now; kills it if it does not end."""
    try:
        supervisor.wait(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        supervisor.kill()
        supervisor.wait()


def _remove(root: Path) -> None:
    """Removes a temporary folder, even if the agent removed the permission to do so."""

    def retry(_function: object, path: str, _error: object) -> None:
        target = Path(path)
        for place in (target.parent, target):
            if not place.is_symlink() and place.exists():
                place.chmod(0o700)
        if target.is_symlink() or not target.is_dir():
            target.unlink(missing_ok=True)
        else:
            shutil.rmtree(target, ignore_errors=True)

    shutil.rmtree(root, onerror=retry)


def _document(printed: bytes) -> dict[str, Any] | None:
    """Returns the JSON object that the output ends with, or None."""
    text = printed.decode(errors="replace").strip()
    for candidate in (text, text.rpartition("\n")[2]):
        try:
            found = json.loads(candidate)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            return found
    return None


def _result_of_claude(printed: bytes) -> str | None:
    found = (_document(printed) or {}).get("result")
    return found if isinstance(found, str) else None


def _figures_of_claude(printed: bytes) -> dict[str, int] | None:
    """Returns the figures of `claude --output-format json`, or None if they are missing or implausible."""
    document = _document(printed) or {}
    cost, usage = document.get("total_cost_usd"), document.get("usage")
    if not isinstance(cost, int | float) or isinstance(cost, bool) or not 0 <= cost < 10_000:
        return None
    names = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "output_tokens")
    figures = [usage.get(name, 0) if isinstance(usage, dict) else 0 for name in names]
    if not all(isinstance(figure, int) and 0 <= figure < 10**12 for figure in figures):
        return None
    plain, cached, written, out = figures
    return {
        "tokens_in": plain + cached + written,
        "cached_in": cached,
        "written_in": written,
        "tokens_out": out,
        "cost_micros": math.ceil(cost * MICROS - 1e-6),  # 0.07 is 70,000.00000000001 as a double
    }
