"""What the gate makes of wrong patches and honest rewrites, each as an edit and as a heal.

The old version is right and on `main`, its tests stay as they are, and nobody has run it yet: there are no
recorded runs to compare with. A question *names* a fault if its input tells the patched app from the right
one.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.gate.corpus import Patch, Patched, apps, tells
from benchmarks.route.figures import Cell, Part, Table, number, share
from mapp.model.app import read_app
from mapp.model.question import MAX_SHOWN
from mapp.model.verdict import GateKind, Verdict
from mapp.ops.check.gate import judged
from mapp.sandbox.executor import Executor
from mapp.sandbox.executors.select import open_executor
from mapp.validate.trial import Trial

KINDS: Final[tuple[GateKind, ...]] = ("edit", "heal")
LOOKS: Final = frozenset(["size", "budget"])
"""Checks that refuse a patch for its length or its time, not for what it answers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What the gate said of one patch, as one kind of change.

    `refused` is the check that refused it, "" if none did; `asked` is how many questions were shown; `named`
    says that one of them tells the patched app from the right one.
    """

    app: str
    tests: str
    kind: GateKind
    patch: Patch
    refused: str
    asked: int = 0
    named: bool = False
    seconds: float = 0.0

    @property
    def let_in(self) -> bool:
        """Returns whether the patch passed and no question names its fault."""
        return not self.refused and not self.named


Test = Callable[[Seen], bool]


def measure(every: int = 1, names: Sequence[str] = ()) -> Part:
    """Returns the tables of the corpus: of all patches, or of one in so many."""
    rows = list(judge_all(every, names))
    wrong = [row for row in rows if row.patch.wrong and row.let_in]
    refused = [row for row in rows if not row.patch.wrong and row.refused]
    return Part(
        tables=(wrong_table(rows), fault_table(rows), check_table(rows), honest_table(rows)),
        notes=(
            _listed("Passed, and no question names the fault", wrong),
            _listed("Honest rewrites refused", refused),
        ),
    )


def _listed(title: str, rows: Sequence[Seen]) -> str:
    """Returns a note that lists patches, each once with the kinds of change."""
    kinds: dict[str, list[str]] = {}
    for row in rows:
        by = f" by `{row.refused}`" if row.refused else ""
        kinds.setdefault(f"`{row.app}`: {row.patch.why}", []).append(f"{row.kind}{by}")
    lines = "".join(f"\n- {name} ({', '.join(found)})" for name, found in kinds.items())
    return f"{title}:\n{lines}" if lines else f"{title}: none."


def judge_all(every: int, names: Sequence[str]) -> Iterable[Seen]:
    """Yields what the gate says of each patch, first as an edit, then as a heal."""
    chosen = [(app, patch) for app in apps() if not names or app.name in names for patch in app.patches]
    chosen = chosen[::every]
    with open_executor() as executor:
        for at, (app, patch) in enumerate(chosen, 1):
            for kind in KINDS:
                yield (found := judge(app, patch, kind, executor))
                fate = found.refused or ("named" if found.named else f"passed, {found.asked} questions")
                what = f"{at}/{len(chosen)} {app.name} {kind} {'wrong' if patch.wrong else 'honest'}"
                print(f"{what}: {fate} ({found.seconds:.1f} s) {patch.why}", file=sys.stderr, flush=True)


def judge(patched: Patched, patch: Patch, kind: GateKind, executor: Executor) -> Seen:
    """Returns what the gate says of one patch; the checks end with the first that refuses it."""
    old, files = patched.app, patched.with_patch(patch)
    new = read_app(files)
    trial = Trial(app=new, files=files, executor=executor, base=old, base_files=patched.files, kind=kind)
    verdict = judged(trial, "", patient=False)
    shown = verdict.raised[:MAX_SHOWN] if verdict.passed else ()
    return Seen(
        app=patched.name,
        tests=patched.tests,
        kind=kind,
        patch=patch,
        refused=refusing(verdict),
        asked=len(shown),
        named=any(tells(old, new, dict(row.arguments), executor) for row in shown),
        seconds=sum(row.seconds for row in verdict.results),
    )


def refusing(verdict: Verdict) -> str:
    """Returns the id of the first check that failed, "" if all passed."""
    return next((row.check for row in verdict.results if not row.passed), "")


def wrong_table(rows: Sequence[Seen]) -> Table:
    """Returns how many wrong patches pass, and pass unnoticed, by who wrote the tests."""
    wrong = [row for row in rows if row.patch.wrong]
    lines: list[tuple[Cell, ...]] = []
    for kind in KINDS:
        for tests in ("starter", "hand-written", ""):
            group = [row for row in wrong if row.kind == kind and row.tests.startswith(tests)]
            name = f"as {'an edit' if kind == 'edit' else 'a heal'}, {tests or 'all'}"
            lines.append((name, of(group, lambda row: not row.refused), of(group, lambda row: row.let_in)))
    headings = ("wrong patches", "verdict passed", f"and none of {MAX_SHOWN} questions names the fault")
    return Table(title="Wrong patches", headings=headings, rows=tuple(lines))


def fault_table(rows: Sequence[Seen]) -> Table:
    """Returns the same by the kind of the fault."""
    wrong = [row for row in rows if row.patch.wrong]
    lines: list[tuple[Cell, ...]] = []
    for fault in sorted({row.patch.fault for row in wrong}):
        group = [row for row in wrong if row.patch.fault == fault]
        kinds = [[row for row in group if row.kind == kind] for kind in KINDS]
        passed = [f"{sum(not row.refused for row in rows)} of {len(rows)}" for rows in kinds]
        unnoticed = [f"{sum(row.let_in for row in rows)} of {len(rows)}" for rows in kinds]
        lines.append((fault, *passed, *unnoticed))
    headings = ("kind of fault", "edits passed", "heals passed", "edits unnoticed", "heals unnoticed")
    return Table(title="Wrong patches by kind of fault", headings=headings, rows=tuple(lines))


def check_table(rows: Sequence[Seen]) -> Table:
    """Returns which check refuses a wrong patch first."""
    wrong = [row for row in rows if row.patch.wrong and row.refused]
    checks = dict.fromkeys(row.refused for row in wrong)
    lines = tuple(
        (
            f"`{check}`",
            *(str(sum(row.refused == check for row in wrong if row.kind == kind)) for kind in KINDS),
        )
        for check in checks
    )
    return Table(title="The first check that refuses them", headings=("check", "edits", "heals"), rows=lines)


def honest_table(rows: Sequence[Seen]) -> Table:
    """Returns how many honest rewrites are refused, and how many questions they cause."""
    honest = [row for row in rows if not row.patch.wrong]
    lines: list[tuple[Cell, ...]] = []
    for kind in KINDS:
        for tests in ("starter", "hand-written", ""):
            group = [row for row in honest if row.kind == kind and row.tests.startswith(tests)]
            asked = [row.asked for row in group if not row.refused] or [0]
            name = f"as {'an edit' if kind == 'edit' else 'a heal'}, {tests or 'all'}"
            refused = of(group, lambda row: bool(row.refused))
            behaviour = of(group, lambda row: bool(row.refused) and row.refused not in LOOKS)
            middle = number(statistics.median(asked), "score")
            lines.append((name, refused, behaviour, middle, number(statistics.fmean(asked), "score")))
    headings = ("honest rewrites", "refused", "for what they answer", "questions, median", "questions, mean")
    return Table(title="Honest rewrites", headings=headings, rows=tuple(lines))


def of(rows: Sequence[Seen], test: Test) -> Cell:
    """Returns the share of rows for which a test holds, with its interval."""
    return share(sum(map(test, rows)), len(rows))
