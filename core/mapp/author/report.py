"""The gate's report for the next round: failed checks with evidence, without held-back examples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from mapp.model.verdict import Finding, Result

MAX_OF_A_CHECK: Final = 6
MAX_LENGTH: Final = 600
"""The length limit of one finding, in characters."""


def report_of(results: Iterable[Result], says: Mapping[str, str]) -> str:
    """Returns a report on the failed checks; `says` describes each check.

    A check on held-back examples reports only a number, so nothing needs to be removed here.
    """
    return "\n".join(line for result in results if not result.passed for line in _lines(result, says))


def faults_report(faults: Iterable[Finding]) -> str:
    """Returns a report on the faults of a contract."""
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
