"""Heals for the benchmark of the gate: a failing version, a patch for it, and an independent judge.

A heal starts from a *base* that fails visibly on some inputs, one of which was reported. Its patch ends
well on that input, and must change nothing else. Here the patch is the right program with one token wrong,
or the right program in other words. Three bases show how much the gate leans on having something to
compare with:

`failing`: the right program, except that it crashes on about a fifth of all inputs, anywhere. What the patch
breaks may lie among them, where nobody can compare.
`sound`: the right program itself. Whatever the patch changes can be compared.
`none`: what the gate finds without comparing outputs to the base's, as when the mistake lies wholly within
what had failed before, or when a person said that a plain answer was wrong.

The *judge* sees what the gate does not: the cases held back, and inputs drawn with another seed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from benchmarks.exercises import Exercise
from benchmarks.rewrites import applied
from benchmarks.token_mutants import parse
from mapp.model.app import REGRESSIONS, App, read_app
from mapp.model.arguments import with_defaults
from mapp.model.outcome import Declared, Failed, Outcome, Value
from mapp.model.values import canonical
from mapp.sandbox.app_job import job_for, judge
from mapp.sandbox.executor import Executor, run_batch
from mapp.validate.gate import Check, checks_for
from mapp.validate.generate.drawing import draw
from mapp.validate.generate.inputs import Drawn
from mapp.validate.trial import NOW, SEED, Arguments, GoodRun, Trial

JUDGED: Final = 200
"""How many inputs the judge generates, besides the held-back cases."""
JUDGE_SEED: Final = 20_231
RECORDED: Final = 10
RECORDED_SEED: Final = 77
COMPARING: Final = frozenset(["recorded", "differential"])
"""The checks that compare outputs with those of the base."""
UNASKED: Final = frozenset(["mutation", "requests"])
"""Checks of the tests and the router; a heal may change neither, so they say nothing about a patch."""
SLOW: Final = ("total", "determinism", "budget", "differential", "properties")
"""Checks that run much come last."""
CHUNK: Final = 40
_CRASH: Final = """
function main(input, host) {
  const text = JSON.stringify(input);
  let sum = 7;
  for (let at = 0; at < text.length; at += 1) sum = (sum * 31 + text.charCodeAt(at)) % 9973;
  if (sum % 5 === 0) return input.missing.value;
  return solve(input, host);
}
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """An exercise ready to be measured on: its bases, its recorded runs, and what the judge knows."""

    exercise: Exercise
    sound: App
    failing: App
    incident: Arguments
    judged: tuple[Arguments, ...]
    right: tuple[Outcome, ...]
    runs: Mapping[str, tuple[GoodRun, ...]]
    drawings: dict[int, Drawn] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What the gate said of one patch: the checks that refused it, for each base, and what the judge says.

    `differs` says that the judge tells it from the right program, `loud` that it also ends badly somewhere.
    Unless it is `full`, nothing more was asked once two checks had refused: enough to tell whether it is let
    in, and whether one check alone refuses it.
    """

    exercise: str
    label: str
    source: str
    differs: bool
    loud: bool
    refused: Mapping[str, tuple[str, ...]]
    full: bool = True
    seconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Returns it as a JSON object."""
        refused = {base: list(checks) for base, checks in self.refused.items()}
        return {
            "exercise": self.exercise,
            "label": self.label,
            "differs": self.differs,
            "loud": self.loud,
            "refused": refused,
            "full": self.full,
            "seconds": round(self.seconds, 2),
        }


def prepare(exercise: Exercise, executor: Executor) -> Case:
    """Returns an exercise with its bases and with what the right program makes of the judge's inputs."""
    sound = exercise.app
    failing = replace(sound, source=crashing(sound.source))
    rows = [with_defaults(sound.manifest, dict(row.input)) for row in exercise.held_back]
    judged = (*rows, *draw(sound.manifest, JUDGED, seed=JUDGE_SEED, examples=rows).inputs)
    right = outcomes(sound, judged, executor)
    assert not any(isinstance(outcome, Failed) for outcome in right), f"{exercise.name} is not right itself"
    broken = outcomes(failing, judged, executor)
    incidents = [row for row, end in zip(judged, broken, strict=True) if isinstance(end, Failed)]
    usual = realistic(sound)
    bases = {"sound": sound, "failing": failing}
    return Case(
        exercise=exercise,
        sound=sound,
        failing=failing,
        incident=incidents[0],
        judged=judged,
        right=right,
        runs={name: recorded(base, usual, executor) for name, base in bases.items()},
    )


def crashing(source: str) -> str:
    """Returns a program that crashes on about a fifth of all inputs, and does the same on all others."""
    for node in parse(source).named_children:
        name = node.child_by_field_name("name")
        if node.type == "function_declaration" and name.text == b"main":
            return applied(source, [(name.start_byte, name.end_byte, "solve")]) + _CRASH
    raise ValueError("there is no main")


def realistic(app: App) -> tuple[Arguments, ...]:
    """Returns what people would send: what the app's requests say, and drawn inputs where those are few."""
    said = [with_defaults(app.manifest, dict(row.arguments)) for row in app.phrases if row.fits]
    drawn = draw(app.manifest, 60, seed=RECORDED_SEED, examples=said).inputs
    return tuple({canonical(dict(row)): row for row in [*said, *drawn]}.values())


def recorded(app: App, usual: Sequence[Arguments], executor: Executor) -> tuple[GoodRun, ...]:
    """Returns the first good runs of an app on usual inputs, as a journal would hold them."""
    ends = zip(usual, outcomes(app, usual, executor), strict=True)
    good = [(row, end.output) for row, end in ends if isinstance(end, Value)][:RECORDED]
    return tuple(
        GoodRun(run=str(number), arguments=row, output=output, now_ms=NOW, seed=SEED)
        for number, (row, output) in enumerate(good, 1)
    )


def outcomes(app: App, inputs: Sequence[Arguments], executor: Executor) -> tuple[Outcome, ...]:
    """Returns what an app makes of complete inputs."""
    jobs = [job_for(app, arguments, now_ms=NOW, seed=SEED) for arguments in inputs]
    return tuple(judge(app.manifest, result) for result in run_batch(executor, jobs))


def judgement(case: Case, source: str, executor: Executor) -> tuple[bool, bool]:
    """Returns whether a program differs from the right one on what the judge knows, and whether it is loud.

    The first inputs that tell the two apart decide: a program that never ends would else take an hour.
    """
    app = replace(case.sound, source=source)
    for start in range(0, len(case.judged), CHUNK):
        ends = outcomes(app, case.judged[start : start + CHUNK], executor)
        if any(map(differ, ends, case.right[start : start + CHUNK])):
            return True, any(isinstance(end, Failed) for end in ends)
    return False, False


def differ(one: Outcome, other: Outcome) -> bool:
    """Returns whether two outcomes are not the same answer."""
    match one, other:
        case Value(output=first), Value(output=second):
            return canonical(first) != canonical(second)
        case Declared(error=first_error), Declared(error=second_error):
            return first_error != second_error
    return True


def trial_of(case: Case, source: str, base: str, executor: Executor, *, inputs: int) -> Trial:
    """Returns the trial of a patch: version raised, the incident frozen as a regression that it passes."""
    old = case.sound if base == "sound" else case.failing
    files = case.exercise.files
    old_files = {**files, "main.js": old.source.encode()}
    manifest = files["mapp.toml"].decode().replace('version = "1.0.0"', 'version = "1.0.1"')
    new_files = {**files, "main.js": source.encode(), "mapp.toml": manifest.encode()}
    if base == "failing":
        new_files[REGRESSIONS] = regression(case, source, executor)
    trial = Trial(
        app=read_app(new_files),
        files=new_files,
        executor=executor,
        base=old,
        base_files=old_files,
        kind="heal",
        inputs=inputs,
        runs=case.runs[base],
    )
    # The same for all patches of an exercise: their manifests and examples are the same.
    if inputs not in case.drawings:
        case.drawings[inputs] = trial.drawing
    trial.drawing = case.drawings[inputs]
    return trial


def regression(case: Case, source: str, executor: Executor) -> bytes:
    """Returns the regression row with the patch's output for the incident; the right output is unknown."""
    (end,) = outcomes(replace(case.sound, source=source), [case.incident], executor)
    row: dict[str, Any] = {"input": dict(case.incident)}
    match end:
        case Value(output=output):
            row["output"] = output
        case Declared(error=error):
            row["error"] = error
        case Failed():
            row["output"] = None
    return f"{canonical(row)}\n".encode()


class Gate:
    """The gate on one patch, each check asked whatever the others say, and at most once."""

    def __init__(self, case: Case, source: str, executor: Executor, *, inputs: int, full: bool) -> None:
        self.trials = {
            base: trial_of(case, source, base, executor, inputs=inputs) for base in ("failing", "sound")
        }
        self.full = full
        self.answers: dict[tuple[str, str], bool] = {}

    def refused(self, base: str) -> tuple[str, ...]:
        """Returns the ids of the checks that refuse the patch, given one of the three bases."""
        checks = [check for check in checks_for("heal", compares=True) if check.id not in UNASKED]
        if base == "none":
            checks = [check for check in checks if check.id not in COMPARING]
        found: list[str] = []
        for check in sorted(checks, key=lambda check: SLOW.index(check.id) if check.id in SLOW else -1):
            if len(found) > 1 and not self.full:
                break
            if not self.passes(check, "sound" if base == "sound" else "failing"):
                found.append(check.id)
                if check.fatal:
                    break
        return tuple(found)

    def passes(self, check: Check, base: str) -> bool:
        """Returns whether a check lets the patch pass; what does not compare outputs is asked of one base."""
        key = (check.id, base if check.id in COMPARING else "")
        if key not in self.answers:
            self.answers[key] = check.examine(self.trials[base]).passed
        return self.answers[key]
