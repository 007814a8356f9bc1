"""Whether compile and expand merge right programs and refuse wrong ones, with a report that shows why.

    python -m benchmarks.compile [--exercises NAME,…] [--count N] [--wrong N] [--realistic] [--jobs N]

A scripted coder writes apps for exercises of Exercism. It gets the first half of an exercise's cases as
required examples, and answers with a contract, then wrong code, then right code. The wrong code is the right
code with one token changed, and differs from it on a case of the exercise. The other half of the cases is
then an expand request: a new minor version, again with wrong code first; the right code is the same program
written differently. If the old program already handles the new cases, no code is requested. At the end every
case of both halves runs.

A report shows the fault if it contains an input on which the wrong program differs, or an input on which a
property between inputs fails.

With `--realistic` the wrong code of a compile is what somebody writes first and gets wrong
(`benchmarks/data/wrong_exercises.toml`). If it passes the gate, a person answers the questions about it as
the exercise has it. What is merged is compared with the right program on all cases and on drawn inputs.

Exercism's cases are read beside the project (`../shared/data/exercism`, or where MAPP_BENCH_DATA says).
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from benchmarks.exercises import CORPUS, MAPPING, REWRITES, data_folder, files_of, names, rows_of
from benchmarks.gate.corpus import Patch, source_of
from benchmarks.healing import JUDGE_SEED, JUDGED, differ, outcomes
from benchmarks.measuring import machine, table
from benchmarks.token_mutants import mutants
from mapp.author.coders.scripted import ScriptedCoder
from mapp.config import load_config
from mapp.errors import InvalidArguments, MappError
from mapp.library import read
from mapp.model.app import EXAMPLES, MANIFEST, PHRASES, PROPERTIES, SOURCE, App, Example, read_app
from mapp.model.arguments import with_defaults
from mapp.model.change_spec import CompileSpec
from mapp.model.outcome import Failed
from mapp.model.question import MAX_SHOWN, Question
from mapp.model.values import canonical
from mapp.ops.check.gate import USUAL, Options
from mapp.ops.compile.approval import Changed, Estimate
from mapp.ops.compile.compile import compile_app, expand_app
from mapp.ops.compile.second_opinion import Disagreement
from mapp.ops.workspace import Workspace
from mapp.sandbox.executor import Executor
from mapp.validate.generate.drawing import draw
from mapp.validate.trial import Arguments

COUNT: Final = 20
SLIPS: Final = Path(__file__).with_name("data") / "wrong_exercises.toml"
MAX_WRONG: Final = 5
"""How many wrong programs to look for, in the order of `token_mutants`."""
FEWEST: Final = 11
"""Cases that an exercise needs: half of them have to be enough for a contract."""
WORDINGS: Final = ("{}", "please {}", "{}, thanks", "i would like to know: {}")
"""Ways to say the same: the corpus has 16 requests per app, and a contract needs 55."""


class Willing:
    """A person who says yes to everything."""

    def approve_spend(self, estimate: Estimate) -> bool:
        """Returns that tokens may be spent."""
        return True

    def review_contract(self, app: App, base: App | None) -> str | None:
        """Returns that a contract is good."""
        return None

    def settle_examples(self, app: App, rows: Sequence[Disagreement]) -> Sequence[Example]:
        """Returns the contract's examples."""
        return [row.example for row in rows]

    def answer_questions(self, app: App, questions: Sequence[Question]) -> Sequence[Example]:
        """Returns no answers."""
        return ()

    def approve_merge(self, proven: Changed) -> bool:
        """Returns that a proven change goes to `main`."""
        return True


class Informed(Willing):
    """A person who knows what the right program answers, and counts the questions."""

    def __init__(self, job: Job, executor: Executor) -> None:
        self.right = replace(job.app, source=job.right)
        self.executor = executor
        self.asked = 0

    def answer_questions(self, app: App, questions: Sequence[Question]) -> Sequence[Example]:
        """Returns the right answers to the questions that are shown."""
        shown = questions[:MAX_SHOWN]
        self.asked += len(shown)
        ends = outcomes(self.right, [dict(row.arguments) for row in shown], self.executor)
        answers = [row.example(end) for row, end in zip(shown, ends, strict=True)]
        return [row for row in answers if row is not None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """The job of one exercise: its app, the cases of both halves, two right programs."""

    name: str
    app: App
    files: Mapping[str, bytes]
    early: tuple[Example, ...]
    later: tuple[Example, ...]
    right: str
    other: str

    @property
    def inputs(self) -> list[Arguments]:
        """Returns the inputs of all cases."""
        return [with_defaults(self.app.manifest, dict(row.input)) for row in (*self.early, *self.later)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """How one change went: whether the wrong programs were refused, visibly, and the right one merged."""

    exercise: str
    kind: str
    wrong: int
    refused: int
    seen: int
    merged: bool
    version: str
    rounds: int
    tokens: int
    detail: str

    @property
    def good(self) -> bool:
        """Returns whether all went as it should."""
        return self.merged and self.refused == self.seen == self.wrong


@dataclass(frozen=True, kw_only=True, slots=True)
class Outset:
    """How a compile went that began with realistic wrong code.

    `asked` counts the questions shown to a person; `merged` is "right", "wrong" or "nothing"; `noticed` says
    what kept the wrong code out: the first check that failed, "a question", or "" for nothing.
    """

    exercise: str
    why: str
    noticed: str
    asked: int
    merged: str
    detail: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table; returns 1 if anything did not go as it should."""
    options = _options(arguments)
    folder = data_folder()
    if folder is None:
        print(
            "compile: skipped, Exercism's cases are not there (../shared/data/exercism, or MAPP_BENCH_DATA)"
        )
        return 0
    chosen = options.exercises.split(",") if options.exercises else suitable(folder)[: options.count]
    began = time.monotonic()
    if options.realistic:
        return _realistic(options, folder)
    steps: list[Step] = []
    with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as pool:
        running = {pool.submit(run, name, folder, options.wrong): name for name in chosen}
        for number, done in enumerate(as_completed(running), 1):
            steps += done.result()
            print(f"{number} of {len(chosen)}: {running[done]}", file=sys.stderr, flush=True)
    steps.sort(key=lambda step: step.exercise)
    report(steps)
    print(f"\n{machine()}; {time.monotonic() - began:,.0f} s with {options.jobs} processes")
    return 0 if all(step.good for step in steps) else 1


def _realistic(options: argparse.Namespace, folder: Path) -> int:
    """Prints how compiles went that began with realistic wrong code."""
    chosen = options.exercises.split(",") if options.exercises else list(slips())[: options.count]
    found = []
    for number, name in enumerate(chosen, 1):
        found.append(row := begun_wrong(name, folder))
        print(f"{number} of {len(chosen)}: {row}", file=sys.stderr, flush=True)
    rows = [
        [
            row.exercise,
            row.noticed or "nothing",
            str(row.asked),
            row.merged,
            f"{row.why} {row.detail}".strip(),
        ]
        for row in found
    ]
    table(
        "Realistic wrong code first, then right", ["exercise", "kept out by", "questions", "merged", ""], rows
    )
    merged = Counter(row.merged for row in found)
    most = max(row.asked for row in found)
    print(
        f"\nmerged: {merged['right']} right, {merged['wrong']} wrong, {merged['nothing']} nothing; ", end=""
    )
    print(f"at most {most} questions an exercise\n{machine()}")
    return 0 if merged["right"] == len(found) and most <= MAX_SHOWN else 1


def slips() -> dict[str, Patch]:
    """Returns the realistic wrong code of each exercise, as a patch of the right program."""
    document = tomllib.loads(SLIPS.read_text(encoding="utf-8"))
    return {
        name: Patch(why=row["why"], edits=tuple((find, put) for find, put in row["edits"]))
        for name, row in document.items()
    }


def begun_wrong(name: str, folder: Path) -> Outset:
    """Returns how a compile goes whose coder writes realistic wrong code first."""
    with tempfile.TemporaryDirectory() as place:
        workspace = library(Path(place))
        try:
            return compiled_from_wrong(workspace, job_of(name, cases(name, folder)), slips()[name])
        finally:
            workspace.close()


def compiled_from_wrong(workspace: Workspace, job: Job, slip: Patch, options: Options = USUAL) -> Outset:
    """Returns how a compile goes whose coder writes wrong code first, and right code when asked again."""
    wrong = source_of(job.right, slip)
    if not _difference(job, wrong, workspace.executor):
        raise ValueError(f"{job.name}: {slip.why}: no case and no drawn input shows a difference")
    answers: list[Any] = [
        contract(job, "compile"),
        *({SOURCE: text} for text in (wrong, job.right, job.right)),
    ]
    coder = ScriptedCoder(answers=answers)
    person = Informed(job, workspace.executor)
    changed, detail = None, ""
    try:
        changed = _changed(workspace, job, "compile", coder, options, person)
    except MappError as error:
        detail = f"{error.message} {error.hint}"
    reports = [asked.brief.report for asked in coder.asked if asked.brief.phase == "code"][1:]
    merged = "nothing"
    if changed is not None and changed.committed is not None:
        source = read.load(workspace.home, job.name).source
        detail = _difference(job, source, workspace.executor)
        merged = "wrong" if detail else "right"
    return Outset(
        exercise=job.name,
        why=slip.why,
        noticed=("a question" if person.asked and len(reports) == 1 else "the gate") if reports else "",
        asked=person.asked,
        merged=merged,
        detail=detail or _why(changed),
    )


def _difference(job: Job, source: str, executor: Executor) -> str:
    """Returns the first case or drawn input for which a program is wrong, as JSON; "" if there is none."""
    drawn = draw(job.app.manifest, JUDGED, seed=JUDGE_SEED, examples=job.inputs).inputs
    inputs = [*job.inputs, *drawn]
    ends = [outcomes(replace(job.app, source=text), inputs, executor) for text in (source, job.right)]
    found = (row for row, *pair in zip(inputs, *ends, strict=True) if differ(*pair))
    return next((canonical(dict(row)) for row in found), "")


def suitable(folder: Path) -> list[str]:
    """Returns the exercises with enough cases for two halves."""
    return [name for name in names() if len(cases(name, folder)) >= FEWEST]


def cases(name: str, folder: Path) -> list[Example]:
    """Returns the cases of an exercise in their order, each once."""
    mapping = json.loads((CORPUS / name / MAPPING).read_text(encoding="utf-8"))
    document = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    rows = dict.fromkeys(json.dumps(row) for row in rows_of(document, mapping))
    return [Example.from_dict(json.loads(row)) for row in rows]


def job_of(name: str, rows: Sequence[Example]) -> Job:
    """Returns the job of an exercise, given its cases."""
    files = files_of(name)
    half = (len(rows) + 1) // 2
    return Job(
        name=name,
        app=read_app(files),
        files=files,
        early=tuple(rows[:half]),
        later=tuple(rows[half:]),
        right=files[SOURCE].decode(),
        other=next((CORPUS / name / REWRITES).glob("*.js")).read_text(encoding="utf-8"),
    )


def run(name: str, folder: Path, wrong: int) -> list[Step]:
    """Returns how compile and expand went for one exercise, in its own library."""
    with tempfile.TemporaryDirectory() as place:
        workspace = library(Path(place))
        try:
            return worked(workspace, job_of(name, cases(name, folder)), wrong=wrong)
        finally:
            workspace.close()


def library(place: Path) -> Workspace:
    """Returns an empty library in a folder."""
    places = {"MAPP_HOME": "library", "MAPP_CACHE": "cache", "MAPP_CONFIG": "config.toml"}
    known = {name: str(place / path) for name, path in places.items()}
    return Workspace(config=load_config(environment={**known, "MAPP_STARTER": "false"}, folder=place))


def worked(workspace: Workspace, job: Job, *, wrong: int = 1, options: Options = USUAL) -> list[Step]:
    """Returns how compile and then expand went for one job."""
    compiled = change(workspace, job, "compile", wrong, options)
    if not compiled.merged:
        return [compiled]  # there is nothing to extend
    return [compiled, change(workspace, job, "expand", wrong, options)]


def change(workspace: Workspace, job: Job, kind: str, wrong: int, options: Options) -> Step:
    """Has a scripted coder write or extend the app, wrong first, and returns how it went."""
    source = job.right if kind == "compile" else job.other
    faulty = wrong_programs(job, source, workspace.executor)[:wrong]
    answers: list[Any] = [contract(job, kind), *({SOURCE: text} for text in (*faulty, source))]
    coder = ScriptedCoder(answers=answers)
    try:
        changed = _changed(workspace, job, kind, coder, options)
    except MappError as error:
        return _step(job, kind, coder, faulty, None, workspace, f"{error.message} {error.hint}")
    return _step(job, kind, coder, faulty, changed, workspace, "")


def _changed(
    workspace: Workspace,
    job: Job,
    kind: str,
    coder: ScriptedCoder,
    options: Options,
    person: Willing | None = None,
) -> Changed:
    person = person or Willing()
    given: dict[str, Any] = {"person": person, "watch": lambda _: None, "coder": coder, "options": options}
    goal = job.app.manifest.description
    if kind == "compile":
        return compile_app(workspace, goal, name=job.name, spec=CompileSpec(stated=tuple(job.early)), **given)
    return expand_app(workspace, job.name, f"{goal} These cases, too.", stated=job.later, **given)


def _step(
    job: Job,
    kind: str,
    coder: ScriptedCoder,
    faulty: Sequence[str],
    changed: Changed | None,
    workspace: Workspace,
    detail: str,
) -> Step:
    codes = [asked.brief.report for asked in coder.asked if asked.brief.phase == "code"]
    reports, faulty = codes[1:], faulty[: len(codes)]
    refused = min(len(reports), len(faulty))
    source = job.right if kind == "compile" else job.other
    seen = sum(
        shows(report, job, text, source, workspace.executor)
        for report, text in zip(reports, faulty, strict=False)
    )
    merged = changed is not None and changed.committed is not None
    detail = detail or (_left(workspace, job, kind) if merged else "")
    return Step(
        exercise=job.name,
        kind=kind,
        wrong=len(faulty),
        refused=refused,
        seen=seen,
        merged=merged and not detail,
        version=changed.committed.version if changed and changed.committed else "",
        rounds=len(coder.asked),
        tokens=sum(asked.prompt.size for asked in coder.asked) // 4,
        detail=detail or _why(changed),
    )


def _why(changed: Changed | None) -> str:
    if changed is None or changed.verdict is None or changed.verdict.passed:
        return ""
    return "; ".join(str(row) for result in changed.verdict.results for row in result.problems)[:300]


def _left(workspace: Workspace, job: Job, kind: str) -> str:
    """Returns the case that the merged app gets wrong, or nothing."""
    app = read.load(workspace.home, job.name)
    rows = job.early if kind == "compile" else (*job.early, *job.later)
    inputs = [with_defaults(app.manifest, dict(row.input)) for row in rows]
    ends = outcomes(app, inputs, workspace.executor)
    expected = outcomes(replace(job.app, source=job.right), inputs, workspace.executor)
    wrong = [row for row, *pair in zip(rows, ends, expected, strict=True) if differ(*pair)]
    return f"merged, and wrong for {canonical(dict(wrong[0].input))}" if wrong else ""


def wrong_programs(job: Job, source: str, executor: Executor) -> list[str]:
    """Returns programs with one token changed that answer a case differently and never crash or hang."""
    inputs = job.inputs
    right = outcomes(replace(job.app, source=source), inputs, executor)
    found: list[str] = []
    for mutant in mutants(source):
        ends = outcomes(replace(job.app, source=mutant.source), inputs, executor)
        if any(map(differ, ends, right)) and not any(isinstance(end, Failed) for end in ends):
            found.append(mutant.source)
        if len(found) == MAX_WRONG:
            break
    return found


def shows(report: str, job: Job, wrong: str, right: str, executor: Executor) -> bool:
    """Returns whether a report has an input on which the two programs differ or a property fails."""
    inputs = list(_inputs(report, job.app))
    if inputs and re.search(r"property meta_\w+: is false for", report):
        return True
    ends = (outcomes(replace(job.app, source=source), inputs, executor) for source in (wrong, right))
    return any(differ(one, other) for one, other in zip(*ends, strict=True))


def _inputs(report: str, app: App) -> Iterator[Arguments]:
    """Yields the JSON objects in a report that are valid inputs of the app."""
    decoder = json.JSONDecoder()
    for at, character in enumerate(report):
        if character == "{":
            try:
                yield with_defaults(app.manifest, decoder.raw_decode(report, at)[0])
            except (ValueError, InvalidArguments):
                continue


def contract(job: Job, kind: str) -> dict[str, str]:
    """Returns the answer with the contract; for an expansion, only the new version and the new rows."""
    version = "0.1.0" if kind == "compile" else "0.2.0"
    manifest = job.files[MANIFEST].decode().replace('version = "1.0.0"', f'version = "{version}"')
    rows = job.early if kind == "compile" else job.later
    answer = {MANIFEST: manifest, EXAMPLES: _lines(row.to_dict() for row in rows)}
    if kind == "compile":
        answer |= {PROPERTIES: job.files[PROPERTIES].decode(), PHRASES: _lines(_phrases(job))}
    return answer


def _phrases(job: Job) -> Iterator[dict[str, Any]]:
    for line in job.files[PHRASES].decode().splitlines():
        row = json.loads(line)
        for wording in WORDINGS:
            yield {**row, "request": wording.format(row["request"])}


def _lines(rows: Iterator[dict[str, Any]] | Any) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def report(steps: Sequence[Step]) -> None:
    """Prints a row per change, and the sums."""
    rows = [
        [
            step.exercise,
            step.kind,
            f"{step.refused} of {step.wrong}",
            f"{step.seen} of {step.wrong}",
            step.version if step.merged else "no",
            str(step.rounds),
            f"{step.tokens:,}",
            step.detail[:100],
        ]
        for step in steps
    ]
    headings = ["exercise", "change", "wrong refused", "fault in the report", "right merged", "rounds"]
    table("Wrong first, then right", [*headings, "tokens read", ""], rows)
    for kind in ("compile", "expand"):
        own = [step for step in steps if step.kind == kind]
        wrong = sum(step.wrong for step in own)
        print(
            f"\n{kind}: {sum(step.merged for step in own)} of {len(own)} right programs merged,"
            f" {sum(step.refused for step in own)} of {wrong} wrong ones refused,"
            f" the fault in {sum(step.seen for step in own)} of {wrong} reports"
        )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compile", description=__doc__)
    parser.add_argument("--exercises", default="", help="names, separated by commas")
    parser.add_argument("--count", type=int, default=COUNT, help="how many exercises, unless named")
    parser.add_argument("--wrong", type=int, default=1, help="how many wrong programs come before the right")
    parser.add_argument("--realistic", action="store_true", help="compile only, realistic wrong code first")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many processes")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
