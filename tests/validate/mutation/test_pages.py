"""The pages on the mutation score say what the program does."""

from __future__ import annotations

import re

from mapp.model.app import read_app
from mapp.sandbox.executor import Executor
from mapp.starter import bundle
from mapp.validate.mutation.mutants import Mutant
from mapp.validate.mutation.operators import OPERATORS
from mapp.validate.mutation.run_mutant import MutantRunner
from mapp.validate.trial import Trial
from support.pages import ROOT, fences

SCORE = ROOT / "docs/explanation/mutation-score.md"
GUIDE = ROOT / "docs/how-to/write-a-good-property.md"


def test_the_table_of_operators_is_complete_and_current() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \| (.+) \|$", SCORE.read_text(encoding="utf-8"), re.MULTILINE)

    assert rows == [(operator.id, operator.says.replace("|", "\\|")) for operator in OPERATORS]


def worked() -> list[tuple[str, str, str, str]]:
    """Returns each worked example: the app, the line before and after, and the test that closes the gap."""
    apps = re.findall(r"^`([a-z-]+)` ", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    blocks = fences(GUIDE)
    changes = [block.content for block in blocks if block.language == "diff"]
    closing: list[str] = []
    for block in blocks:
        if block.language == "diff":
            closing.append("")
        elif block.language in ("json", "js"):
            closing[-1] += f"{block.language}:{block.content}\0"
    pairs = [change.splitlines() for change in changes]
    return [
        (name, old[1:], new[1:], test) for name, (old, new), test in zip(apps, pairs, closing, strict=True)
    ]


def test_each_worked_example_is_a_fault_of_that_app_which_its_tests_notice(executor: Executor) -> None:
    assert len(worked()) == 3
    for name, old, new, tests in worked():
        files = dict(bundle.files(name))
        source = files["main.js"].decode()
        assert source.count(old) == 1, f"{name}: {old}"
        mutant = _mutant(source.replace(old, new))
        for test in tests.split("\0")[:-1]:
            kind, _, content = test.partition(":")
            path = "tests/examples.jsonl" if kind == "json" else "tests/properties.js"
            alone = {**files, "tests/examples.jsonl": b"", "tests/properties.js": b"", path: content.encode()}
            runner = MutantRunner.of(Trial(app=read_app(alone), executor=executor))
            assert runner is not None
            assert runner.result(mutant).status == "killed", f"{name}: {content}"


def _mutant(source: str) -> Mutant:
    return Mutant(
        operator="number", line=1, column=1, scope="", replaced="", replacement="", source=source, diff=""
    )
