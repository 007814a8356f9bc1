"""The tables: who is put into which class, how good that is, and what the mistakes cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from benchmarks.classify.playing import Played
from benchmarks.classify.scene import NONE
from benchmarks.route.figures import Cell, Part, Table, number, share
from mapp.model.incident import FAILURE_CLASSES, HEALABLE

Says = Callable[[Played], str]
"""What a method says of a case: a class, or `NONE`."""
METHODS: Final[dict[str, Says]] = {
    "mapp": lambda row: row.said,
    "any exception is a bug": lambda row: "code_bug" if row.threw else NONE,
    "no classifier": lambda row: "unknown" if row.threw else NONE,
}
NOT_MISSED: Final = HEALABLE | {"regression"}
"""Classes that do something about a bug: a regression is rolled back first."""
SHOWN: Final = 12


def part(rows: Sequence[Played]) -> Part:
    """Returns all tables for the apps that judge, and the main figures for those that tuning may see."""
    judging = counted(rows, "judging")
    tuning = counted(rows, "tuning")
    tables = [
        summary("Apps that no rule was tuned on", judging),
        summary("Apps that rules may be tuned on", tuning),
        by_writer(judging, tuning),
        by_class(judging),
        confusion(judging),
        confusion([row for row in judging if row.unseen], "Of these, written without knowledge of the rules"),
        corpus(rows),
    ]
    return Part(tables=tuple(tables), notes=tuple(mistakes(judging)))


def counted(rows: Sequence[Played], part: str) -> list[Played]:
    """Returns the cases of some of the apps that belong into the matrix."""
    return [row for row in rows if row.part == part and row.seen == "seen"]


def summary(title: str, rows: Sequence[Played]) -> Table:
    """Returns a line for each method: macro F1, and what its mistakes cost."""
    lines: list[tuple[Cell, ...]] = []
    for name, says in METHODS.items():
        others = [row for row in rows if row.label not in NOT_MISSED]
        sent = share(sum(says(row) in HEALABLE for row in others), len(others))
        bugs = [row for row in rows if row.label == "code_bug"]
        missed = share(sum(says(row) not in NOT_MISSED for row in bugs), len(bugs))
        right = share(sum(says(row) == row.label for row in rows), len(rows))
        lines.append((name, number(macro_f1(rows, says), "score"), right, sent, missed))
    headings = ("", "macro F1", "right", "other failures sent to healing", "bugs in code missed")
    return Table(title=title, headings=headings, rows=tuple(lines))


def by_writer(judging: Sequence[Played], tuning: Sequence[Played]) -> Table:
    """Returns a line for the faults of each of the two writers, on each of the two kinds of apps."""
    lines: list[tuple[Cell, ...]] = []
    for apps, rows in (("judging", judging), ("tuning", tuning)):
        for writer, unseen in (
            ("by the writers of the corpus", False),
            ("without knowledge of the rules", True),
        ):
            own = [row for row in rows if row.unseen is unseen]
            line = next(row for row in summary("", own).rows if row[0] == "mapp")
            lines.append((writer, apps, str(len(own)), *line[1:]))
    headings = (
        "written", "apps", "cases", "macro F1", "right", "other failures sent to healing",
        "bugs in code missed",
    )  # fmt: skip
    return Table(title="By who wrote the faults", headings=headings, rows=tuple(lines))


def macro_f1(rows: Sequence[Played], says: Says) -> float:
    """Returns the mean of the F1 scores of the classes that occur as labels, 0 to 1."""
    labels = sorted({row.label for row in rows})
    return sum(f1(rows, says, label) for label in labels) / max(1, len(labels))


def f1(rows: Sequence[Played], says: Says, label: str) -> float:
    """Returns the harmonic mean of precision and recall of one class."""
    hits = sum(row.label == label == says(row) for row in rows)
    claimed = sum(says(row) == label for row in rows)
    actual = sum(row.label == label for row in rows)
    return 2 * hits / (claimed + actual) if claimed + actual else 0.0


def by_class(rows: Sequence[Played]) -> Table:
    """Returns precision, recall and F1 of each class."""
    lines: list[tuple[Cell, ...]] = []
    for label in _labels(rows):
        own = [row for row in rows if row.label == label]
        claimed = [row for row in rows if row.said == label]
        hits = sum(row.said == label for row in own)
        score = number(f1(rows, METHODS["mapp"], label), "score")
        lines.append((f"`{label}`", share(hits, len(own)), share(hits, len(claimed)), score))
    return Table(title="By class", headings=("class", "found", "right where said", "F1"), rows=tuple(lines))


def confusion(rows: Sequence[Played], title: str = "What was said of what") -> Table:
    """Returns how often what was said of what: a row for each cause."""
    said = [label for label in (*FAILURE_CLASSES, NONE) if any(row.said == label for row in rows)]
    lines: list[tuple[Cell, ...]] = []
    for label in _labels(rows):
        counts = Counter(row.said for row in rows if row.label == label)
        lines.append((f"`{label}`", *(str(counts[name] or "") for name in said)))
    headings = ("injected", *(f"`{name}`" for name in said))
    return Table(title=title, headings=headings, rows=tuple(lines))


def corpus(rows: Sequence[Played]) -> Table:
    """Returns how many faults were injected, and how many of them the host could see."""
    lines: list[tuple[Cell, ...]] = []
    for label in _labels(rows):
        counts = Counter(row.seen for row in rows if row.label == label)
        kinds = len({row.fault.partition(",")[0] for row in rows if row.label == label})
        cells = (str(counts[name]) for name in ("seen", "harmless", "silent"))
        lines.append((f"`{label}`", str(kinds), str(counts.total()), *cells))
    headings = ("injected", "kinds of fault", "cases", "seen", "harmless", "silent")
    return Table(title="The corpus", headings=headings, rows=tuple(lines))


def mistakes(rows: Sequence[Played]) -> list[str]:
    """Returns the commonest mistakes in words."""
    wrong = Counter(
        (row.fault.partition(", line")[0], row.label, row.said) for row in rows if row.said != row.label
    )
    return [
        f"{count} of “{fault}” (`{label}`): said `{said}`."
        for (fault, label, said), count in wrong.most_common(SHOWN)
    ]


def _labels(rows: Sequence[Played]) -> list[str]:
    return [label for label in (*FAILURE_CLASSES, NONE) if any(row.label == label for row in rows)]
