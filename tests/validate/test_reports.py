"""Verdicts as JUnit, SARIF and annotations."""

from __future__ import annotations

from xml.etree import ElementTree

from mapp.model.verdict import Finding, Result, Verdict
from mapp.validate.reports import junit, sarif, workflow_commands

HOSTILE = "50% of <b>\x1b[31m\x00\ud800 ::error,a:b\nsecond line"


def verdict(*results: Result) -> Verdict:
    return Verdict(
        app="vat",
        version="1.0.0",
        tree="t" * 40,
        base=None,
        kind="add",
        mapp="0.1.0",
        engine="e",
        seed=1,
        inputs=10,
        results=results,
    )


PASSED = Result(check="source", status="passed", counted=1, seconds=0.25)
SKIPPED = Result(check="requests", status="skipped", evidence=(("why", "none"),))
FAILED = Result(
    check="examples",
    status="failed",
    counted=3,
    problems=(
        Finding(path="tests/examples.jsonl:2", message=HOSTILE, reproduce="echo x"),
        Finding(path="property prop_even", message="is false"),
    ),
)


def test_junit_has_a_case_for_each_check_and_survives_hostile_text() -> None:
    text = junit([("vat 1.0.0", verdict(PASSED, SKIPPED, FAILED))])
    suite = ElementTree.fromstring(text.encode("utf-8", "surrogatepass"))[0]

    assert suite.attrib["tests"] == "3"
    assert (suite.attrib["failures"], suite.attrib["skipped"]) == ("1", "1")
    assert [case.attrib["name"] for case in suite] == ["source", "requests", "examples"]
    failure = suite[2].find("failure")
    assert failure is not None and failure.text is not None and "echo x" in failure.text


def test_sarif_names_file_line_and_rule() -> None:
    log = sarif([("vat 1.0.0", verdict(PASSED, FAILED))], {"examples": "every example comes out"}, "0.1.0")
    run = log["runs"][0]

    assert run["tool"]["driver"]["rules"] == [
        {"id": "examples", "shortDescription": {"text": "every example comes out"}}
    ]
    first, second = (row["locations"][0]["physicalLocation"] for row in run["results"])
    assert first == {"artifactLocation": {"uri": "tests/examples.jsonl"}, "region": {"startLine": 2}}
    assert second == {"artifactLocation": {"uri": "tests/properties.js"}}


def test_an_annotation_is_one_line_and_cannot_start_another_command() -> None:
    lines = list(workflow_commands("vat: 1", verdict(PASSED, FAILED)))

    assert lines[0].startswith("::error file=tests/examples.jsonl,line=2,title=vat%3A 1%3A examples::")
    assert all("\n" not in line and "\r" not in line for line in lines)
    assert len(lines) == 2
