"""The tables: which bugs are noticed in use, and what becomes of true and wrong fixes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.heal.fixing import PATCHES, TRUE, Fixed
from benchmarks.route.figures import Cell, Part, Table, share


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """Whether a bug was noticed: `by` is the class that mapp gave it, "" without a person's word.

    `known` says that there is an incident in the end.
    """

    bug: str
    source: str
    kind: str
    by: str
    known: bool


def noticed_part(rows: Sequence[Seen]) -> Part:
    """Returns what was noticed, by where the bugs are from and by their type."""
    tables = [_noticed("By source", rows, lambda row: row.source)]
    for source in dict.fromkeys(row.source for row in rows):
        own = [row for row in rows if row.source == source]
        tables.append(_noticed(f"{source}, by the type of the bug", own, lambda row: row.kind))
    classes = Counter(row.by for row in rows if row.by)
    told = ", ".join(f"`{name}` {count}" for name, count in classes.most_common()) or "none"
    unknown = ", ".join(row.bug for row in rows if not row.known) or "none"
    return Part(
        tables=tuple(tables),
        notes=(
            f"Classes of what was noticed: {told}.",
            f"No incident even after a person's word: {unknown}.",
        ),
    )


def _noticed(title: str, rows: Sequence[Seen], key: Callable[[Seen], str]) -> Table:
    lines: list[tuple[Cell, ...]] = []
    for name in [*sorted({key(row) for row in rows}), "all"]:
        group = [row for row in rows if name in (key(row), "all")]
        by_itself = share(sum(bool(row.by) for row in group), len(group))
        told = share(sum(row.known for row in group), len(group))
        lines.append((name, str(len(group)), by_itself, told))
    headings = ("", "bugs", "noticed without a word", "after a person's word")
    return Table(title=title, headings=headings, rows=tuple(lines))


def fixes_part(rows: Sequence[Fixed]) -> Part:
    """Returns what became of each kind of patch, and what refused the true fixes."""
    lines: list[tuple[Cell, ...]] = []
    for patch in PATCHES:
        own = [row for row in rows if row.patch == patch]
        landed = [row for row in own if row.landed]
        lines.append(
            (
                patch,
                share(len(landed), len(own)),
                share(sum(row.wrong for row in landed), len(own)),
                str(sum(row.broken for row in landed)),
                str(sum(row.gained for row in landed)),
            )
        )
    wrong = [row for row in rows if row.patch != TRUE]
    true = [row for row in rows if row.patch == TRUE]
    accepted = share(sum(row.landed and row.wrong for row in wrong), len(wrong))
    lines.append(
        ("all but true fixes", share(sum(row.landed for row in wrong), len(wrong)), accepted, "", "")
    )
    headings = ("patch", "landed", "landed and is wrong", "old tests broken", "capabilities gained")
    tables = (
        Table(title="What becomes of a patch", headings=headings, rows=tuple(lines)),
        refusals(rows),
        _sources(rows),
    )
    listed = [f"{row.bug}: {', '.join(row.refused)}" for row in true if not row.landed]
    later = Counter(check for row in true if row.landed for check in row.refused_first)
    kept = [f"{row.bug} ({row.patch})" for row in wrong if row.landed and row.wrong]
    return Part(
        tables=tables,
        notes=(
            f"True fixes refused: {'; '.join(listed) or 'none'}.",
            f"True fixes that landed only after a person had said what is right for one input: "
            f"{sum(bool(row.refused_first) for row in true if row.landed)}"
            f" (refused before by {_counted(later)}).",
            f"Wrong patches that landed: {'; '.join(kept) or 'none'}.",
        ),
    )


def coder_part(rows: Sequence[Fixed]) -> Part:
    """Returns how many bugs a real coder fixed, and how many of its wrong patches were accepted."""
    lines: list[tuple[Cell, ...]] = []
    for source in [*dict.fromkeys(row.source for row in rows), "all"]:
        own = [row for row in rows if source in (row.source, "all")]
        landed = [row for row in own if row.landed]
        lines.append(
            (
                source,
                str(len(own)),
                share(sum(not row.wrong for row in landed), len(own)),
                share(sum(row.wrong for row in landed), len(own)),
                str(sum(row.broken for row in landed)),
                str(sum(row.gained for row in landed)),
            )
        )
    headings = ("bugs of", "tried", "fixed", "wrongly accepted", "old tests broken", "capabilities gained")
    why = Counter(text for row in rows if not row.landed for text in row.refused)
    notes = (f"What kept the others from landing: {_counted(why)}.",)
    return Part(tables=(Table(title="A real coder", headings=headings, rows=tuple(lines)),), notes=notes)


def _counted(checks: Counter[str]) -> str:
    return ", ".join(f"`{check}` {count}" for check, count in checks.most_common()) or "none"


def refusals(rows: Sequence[Fixed]) -> Table:
    """Returns which checks refused how many patches of each kind; one patch may fail several checks."""
    checks = Counter(check.partition(":")[0] for row in rows for check in row.refused)
    lines: list[tuple[Cell, ...]] = []
    for check, _ in checks.most_common():
        counts = Counter(
            row.patch for row in rows if any(name.partition(":")[0] == check for name in row.refused)
        )
        lines.append((f"`{check}`", *(str(counts[patch] or "") for patch in PATCHES)))
    return Table(title="What refuses them", headings=("check", *PATCHES), rows=tuple(lines))


def _sources(rows: Sequence[Fixed]) -> Table:
    lines: list[tuple[Cell, ...]] = []
    for source in dict.fromkeys(row.source for row in rows):
        own = [row for row in rows if row.source == source and row.patch == TRUE]
        others = [row for row in rows if row.source == source and row.patch != TRUE]
        landed = share(sum(row.landed for row in own), len(own))
        lines.append((source, landed, share(sum(row.landed and row.wrong for row in others), len(others))))
    headings = ("bugs of", "true fixes landed", "wrong patches accepted")
    return Table(title="By source", headings=headings, rows=tuple(lines))
