"""The gate's report for the next round."""

from __future__ import annotations

from mapp.author.report import MAX_LENGTH, MAX_OF_A_CHECK, faults_report, report_of
from mapp.model.verdict import Finding, Result


def findings(count: int, message: str = "is wrong") -> tuple[Finding, ...]:
    """Returns some findings of one check."""
    return tuple(Finding(path=f"row {number}", message=message) for number in range(count))


def test_only_failed_checks_are_reported_with_what_they_check() -> None:
    results = [
        Result(check="syntax", status="passed"),
        Result(check="examples", status="failed", problems=findings(1)),
    ]
    lines = report_of(results, {"examples": "every example holds"}).split("\n")

    assert lines[0] == "FAILED examples (every example holds)"
    assert len(lines) == 2 and "is wrong" in lines[1]


def test_a_long_list_of_findings_is_cut_and_counted() -> None:
    results = [Result(check="examples", status="failed", problems=findings(MAX_OF_A_CHECK + 4))]
    assert report_of(results, {}).endswith("- and 4 more")


def test_a_long_finding_is_shortened() -> None:
    assert len(faults_report(findings(1, "x" * 5_000))) == MAX_LENGTH + 2
