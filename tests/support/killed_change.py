"""Changes killed at one of their writes, and what the next command makes of what is left: a program.

    python killed_change.py compile|expand FOLDER PART PARTS

Of the writes that a change makes undisturbed, those that are PART modulo PARTS are taken, and a line of JSON
is printed for each. Everything happens in children that are forked
before anything is loaded, so that each begins alike. What the gate says of the same files is the same each
time, so it is asked once, before, and its answers are kept; it commits nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from mapp.author.coder import Brief, Files, Watch
from mapp.author.coders.scripted import ScriptedCoder
from mapp.author.prompt import render
from mapp.config import load_config
from mapp.git.identity import tree_id
from mapp.library import read
from mapp.library.repair import repair
from mapp.model.budget import Budget
from mapp.model.change import Change
from mapp.model.verdict import Verdict
from mapp.observe.changes import Changes
from mapp.ops.check.gate import Options
from mapp.ops.compile import rounds
from mapp.ops.compile.compile import compile_app, expand_app
from mapp.ops.compile.lifecycle import resume
from mapp.ops.compile.open_coder import open_ledger
from mapp.ops.run.execute import execute
from mapp.ops.workspace import Workspace
from mapp.plain_files import write_whole
from mapp.validate.trial import Trial
from support.authors import LAWS, MANIFEST, RIGHT, WRONG, Decided, contract, quiet
from support.library import fsck
from support.traced import killed_at

FEW = Options(inputs=20)
REQUEST = "multiply a number by three"
WIDER = "also add a little"
PLUS = '[input.plus]\ntype = "integer"\nminimum = 0\nmaximum = 5\ndefault = 0\n\n[output]'
LOOSE = LAWS[LAWS.index("function meta_") :]
SECOND = """
function meta_the_opposite_input_has_the_opposite_output(input, run) {
  return run({ number: -input.number }).output === 0 - run({ number: input.number }).output;
}
"""
MORE = """
function meta_plus_adds_that_much(input, run) {
  const bare = run({ number: input.number, plus: 0 });
  return run({ number: input.number, plus: input.plus }).output - bare.output === input.plus;
}
"""


def answers(kind: str) -> dict[tuple[str, int], dict[str, str]]:
    """Returns what the coder says in each round (phase, round): the contract, wrong code, right code."""
    told = contract()
    told["tests/properties.js"] = LOOSE + SECOND
    wrong, right = WRONG, RIGHT
    if kind == "expand":
        told["mapp.toml"] = MANIFEST.format(name="triple").replace("0.1.0", "0.2.0").replace("[output]", PLUS)
        told["tests/properties.js"] += MORE
        right = RIGHT.replace("* 3", "* 3 + input.plus")
        wrong = right.replace("+ input.plus", "- input.plus")
    return {("contract", 1): told, ("code", 1): {"main.js": wrong}, ("code", 2): {"main.js": right}}


@dataclass(kw_only=True)
class Remembering(ScriptedCoder):
    """A coder that answers by phase and round, and writes down whom it answered."""

    script: Mapping[tuple[str, int], dict[str, str]]
    log: Path

    def propose(self, brief: Brief, files: Files, budget: Budget, watch: Watch) -> Any:
        with self.log.open("a") as file:
            file.write(f"{brief.phase} {brief.round}\n")
        self.answers = [*[{}] * len(self.asked), self.script[brief.phase, brief.round]]
        assert render(brief, files).size > 0
        return super().propose(brief, files, budget, watch)


def keep_verdicts(place: Path) -> None:
    """Has the gate asked once for the same files, whichever process asks."""
    place.mkdir(exist_ok=True)
    stage: Any = rounds
    judge, look = stage.judged, stage.contract_faults

    def judged(trial: Trial, tree: str, **more: Any) -> Verdict:
        file = place / f"{trial.kind}-{tree}.json"
        if not file.exists():
            write_whole(file, json.dumps(judge(trial, tree, **more).to_dict()).encode())
        return Verdict.from_dict(json.loads(file.read_text()))

    def contract_faults(files: Mapping[str, bytes], *words: Any, **options: Any) -> Any:
        file = place / f"contract-{tree_id(files)}"
        if file.exists():
            return ()
        found = look(files, *words, **options)
        if not found:
            write_whole(file, b"")
        return found

    stage.judged, stage.contract_faults = judged, contract_faults


def _workspace(folder: Path) -> Workspace:
    places = {"MAPP_HOME": "library", "MAPP_CACHE": "cache", "MAPP_CONFIG": "config.toml"}
    known = {name: str(folder / path) for name, path in places.items()}
    return Workspace(config=load_config(environment={**known, "MAPP_STARTER": "false"}, folder=folder))


def _write(kind: str, folder: Path, log: Path) -> None:
    """Does the whole change, from its beginning or from where it stands."""
    workspace = _workspace(folder)
    coder = Remembering(answers=(), script=answers(kind), log=log)
    given: dict[str, Any] = {"person": Decided(), "watch": quiet, "coder": coder, "options": FEW}
    open_changes = Changes(workspace.home.journal).waiting()
    if open_changes:
        resume(workspace, open_changes[0].id, **given)
    elif not _written(workspace, kind):
        if kind == "compile":
            compile_app(workspace, REQUEST, name="triple", **given)
        else:
            expand_app(workspace, "triple", WIDER, **given)
    workspace.close()


def _written(workspace: Workspace, kind: str) -> bool:
    if "triple" not in read.names(workspace.home):
        return False
    return kind == "compile" or _version(workspace) == "0.2.0"


def _version(workspace: Workspace) -> str:
    return str(read.load(workspace.home, "triple").manifest.version)


def _checked(kind: str, folder: Path, log: Path) -> dict[str, Any]:
    """Returns what is wrong after a kill: with the library, with the money, with going on."""
    workspace = _workspace(folder)
    home = workspace.home
    fsck(home.root)
    old = {"compile": None, "expand": "0.1.0"}[kind]
    new = {"compile": "0.1.0", "expand": "0.2.0"}[kind]
    found = _version(workspace) if "triple" in read.names(home) else None
    assert found in (old, new), f"the library holds {found}"
    changes = Changes(home.journal).waiting(ended=True)
    mine = [change for change in changes if change.request == (REQUEST if kind == "compile" else WIDER)]
    finished = {row for change in mine for row in _answered(workspace, change)}
    called = log.read_text().splitlines() if log.exists() else []
    workspace.close()
    _write(kind, folder, log)
    workspace = _workspace(folder)
    again = log.read_text().splitlines()[len(called) :]
    assert not finished & set(again), f"paid for twice: {finished & set(again)}"
    assert len(again) == len(set(again)), again
    assert _version(workspace) == new
    arguments = {"number": 4} if kind == "compile" else {"number": 4, "plus": 2}
    outcome: Any = execute(workspace, "triple", arguments).outcome
    assert outcome.output == (12 if kind == "compile" else 14)
    assert repair(home) == (), "the lock did not agree with git"
    assert Changes(home.journal).waiting() == [], "a change still waits"
    assert not list((home.root / "changes").glob("*")), "something was left among the changes"
    fsck(home.root)
    workspace.close()
    return {"found": found, "finished": sorted(finished), "again": again}


def _answered(workspace: Workspace, change: Change) -> list[str]:
    ledger = open_ledger(workspace)
    return [
        f"{phase} {number}"
        for phase, number in answers(change.kind)
        if ledger.answer(change.id, phase, number)
    ]


def _told(work: Callable[[], Any]) -> Any:
    """Returns what some work in a child of its own comes to, or how it failed, as JSON."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            said: Any = {"good": work()}
        except BaseException:
            said = {"failed": traceback.format_exc()}
        with os.fdopen(theirs, "w") as file:
            json.dump(said, file)
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as file:
        found = json.load(file)
    os.waitpid(child, 0)
    return found


def _one(kind: str, template: Path, number: int) -> dict[str, Any]:
    folder = template.with_name(f"at-{number}")
    shutil.copytree(template, folder)
    log = folder / "called.txt"
    traced = killed_at(lambda: _write(kind, folder, log), folder / "library", number)
    found = _told(lambda: _checked(kind, folder, log)) if traced.killed else {}
    shutil.rmtree(folder)
    return {"number": number, "writes": traced.writes, "killed": traced.killed, "last": traced.last, **found}


def main(kind: str, folder: Path, part: int, parts: int) -> None:
    """Prints what each kill came to, after a line that says how many writes there are."""
    template = folder / "template"
    template.mkdir(parents=True)
    keep_verdicts(folder / "verdicts")
    if kind == "expand":
        prepared = _told(lambda: _write("compile", template, template / "called.txt"))
        assert "good" in prepared, prepared
        (template / "called.txt").unlink()
    whole = _one(kind, template, 0)
    numbers = range(1, whole["writes"] + 1)[part::parts]
    for row in chain([whole], (_one(kind, template, number) for number in numbers)):
        sys.stdout.write(json.dumps(row) + "\n")
        sys.stdout.flush()


def run(kind: str, folder: Path, part: int, parts: int) -> list[dict[str, Any]]:
    """Returns what each kill came to, in a process that has loaded nothing else."""
    words = [sys.executable, __file__, kind, str(folder), str(part), str(parts)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()[1:]]


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
