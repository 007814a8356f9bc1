"""Verdicts as JUnit, SARIF and annotations."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

from mapp.model.verdict import Finding, Result, Verdict
from mapp.validate.reports import junit, sarif, workflow_commands
from support.asking import asking

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


KNOWN = replace(asking(), code=("y = 2", "<", "<="), known=True)
OPEN = Result(check="mutation", status="passed", counted=7, questions=(asking(), KNOWN))


def test_junit_has_the_open_questions_as_output_of_a_check_that_passed() -> None:
    suite = ElementTree.fromstring(junit([("vat 1.0.0", verdict(PASSED, OPEN))]))[0]
    said = suite[1].findtext("system-out")

    assert suite.attrib["failures"] == "0" and suite[0].find("system-out") is None
    assert said is not None and said.splitlines() == [
        "the tests leave open:",
        "1. main.js:3: nothing tests what happens exactly at `x = 10`: `>=` could be `>`",
        '   for {"x":10} the app answers 1, the other 5. Which is right?',
    ]


def test_sarif_has_an_open_question_as_a_note_at_its_line() -> None:
    results = sarif([("vat 1.0.0", verdict(FAILED, OPEN))], {}, "0.1.0")["runs"][0]["results"]

    assert [row["level"] for row in results] == ["error", "error", "note"]
    note = results[-1]
    assert note["ruleId"] == "mutation"
    assert note["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "main.js"},
        "region": {"startLine": 3},
    }
    assert note["message"]["text"].endswith(
        '`>=` could be `>`\nfor {"x":10} the app answers 1, the other 5. Which is right?'
    )


def test_an_annotation_of_an_open_question_is_a_notice_that_cannot_start_another_command() -> None:
    hostile = replace(asking(), code=(HOSTILE, ">=", ">"))
    lines = list(workflow_commands("vat", verdict(PASSED, replace(OPEN, questions=(hostile, KNOWN)))))

    assert len(lines) == 1 and "\n" not in lines[0] and "\x1b" not in lines[0]
    assert lines[0].startswith("::notice file=main.js,line=3,title=vat%3A the tests leave open::main.js")
    assert "Which is right?" in lines[0]
