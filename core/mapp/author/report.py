"""The gate's report for the next round: what failed, with the evidence, and nothing that is held back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from mapp.model.verdict import Finding, Result

MAX_OF_A_CHECK: Final = 6
MAX_LENGTH: Final = 600
"""Of one finding, in characters."""


def report_of(results: Iterable[Result], says: Mapping[str, str]) -> str:
    """Returns a report on the checks that failed; `says` tells for each check what it is about.

    What a check calls `held-back` tells no more than a number by itself, so nothing has to be taken out here.
    """
    return "\n".join(line for result in results if not result.passed for line in _lines(result, says))


def faults_report(faults: Iterable[Finding]) -> str:
    """Returns a report on faults that no check of the gate has found, but the look at a contract has."""
    return "\n".join(_shown(row) for row in list(faults)[: 3 * MAX_OF_A_CHECK])


def _lines(result: Result, says: Mapping[str, str]) -> Iterator[str]:
    about = says.get(result.check, "")
    yield f"FAILED {result.check}" + (f" ({about})" if about else "")
    for row in result.problems[:MAX_OF_A_CHECK]:
        yield _shown(row)
    if len(result.problems) > MAX_OF_A_CHECK:
        yield f"- and {len(result.problems) - MAX_OF_A_CHECK} more"


def _shown(row: Finding) -> str:
    text = f"- {row}" + (f"\n  {row.evidence}" if row.evidence else "")
    return text if len(text) <= MAX_LENGTH else f"{text[:MAX_LENGTH]} …"
