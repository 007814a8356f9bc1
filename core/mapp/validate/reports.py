"""Verdicts for tools that read test results: JUnit XML, SARIF 2.1.0, annotations of GitHub Actions.

What the tests leave open is in all three: it does not fail a check, so it is output, a note, and a notice.

The JUnit format is that of the Jenkins plugin (`testsuites`, `testsuite`, `testcase`). SARIF is the OASIS
standard; only the parts that forges show are written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from mapp.model.app import SOURCE
from mapp.model.question import MAX_SHOWN, Question, raised
from mapp.model.question_text import asked, question_lines, sentence
from mapp.model.verdict import Finding, Result, Verdict

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_PLACE: Final = re.compile(r"((?:[\w.-]+/)*[\w.-]+\.(?:jsonl|json|js|toml))\b(?::(\d+))?")
# Characters that XML 1.0 does not allow, escaped or not.
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(verdicts: Sequence[tuple[str, Verdict]]) -> str:
    """Returns a JUnit XML document: a suite for each (title, verdict), a case for each check."""
    from xml.etree import ElementTree

    root = ElementTree.Element("testsuites", name="mapp")
    for title, verdict in verdicts:
        counts = {
            "tests": len(verdict.results),
            "failures": sum(not result.passed for result in verdict.results),
            "skipped": sum(result.status == "skipped" for result in verdict.results),
        }
        seconds = f"{sum(result.seconds for result in verdict.results):.3f}"
        suite = ElementTree.SubElement(root, "testsuite", name=_xml_text(title), time=seconds)
        suite.attrib.update({name: str(count) for name, count in counts.items()})
        for result in verdict.results:
            _case(ElementTree.SubElement(suite, "testcase"), title, result)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def sarif(verdicts: Sequence[tuple[str, Verdict]], rules: Mapping[str, str], version: str) -> dict[str, Any]:
    """Returns a SARIF log: a rule for each check (id -> description), a result for each finding.

    An open question is a result of the level `note`.
    """
    results: list[dict[str, Any]] = []
    for title, verdict in verdicts:
        for result in verdict.results:
            findings = () if result.passed else result.problems
            results += [_sarif_result(title, result.check, finding, "error") for finding in findings]
            notes = map(_note, raised(result.questions))
            results += [_sarif_result(title, result.check, finding, "note") for finding in notes]
    driver = {
        "name": "mapp",
        "version": version,
        "rules": [{"id": name, "shortDescription": {"text": says}} for name, says in rules.items()],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def workflow_commands(title: str, verdict: Verdict) -> Iterator[str]:
    """Yields a workflow command of GitHub Actions for each finding of the failed checks and each question."""
    for result in verdict.results:
        for finding in () if result.passed else result.problems:
            yield _command("error", f"{title}: {result.check}", finding)
    for question in verdict.raised[:MAX_SHOWN]:
        yield _command("notice", f"{title}: the tests leave open", _note(question))


def _command(level: str, title: str, finding: Finding) -> str:
    file, line = place(finding)
    where = f"file={_property(file)}" + (f",line={line}" if line else "")
    return f"::{level} {where},title={_property(title)}::{_data(_words(finding))}"


def _note(question: Question) -> Finding:
    return Finding(path=question.place, message=f"{sentence(replace(question, place=''))}\n{asked(question)}")


def place(finding: Finding) -> tuple[str, int | None]:
    """Returns the file and line of a finding; a finding without a file counts for the source.

    >>> place(Finding(path="tests/examples.jsonl:3", message=""))
    ('tests/examples.jsonl', 3)
    >>> place(Finding(path="property prop_even", message=""))
    ('tests/properties.js', None)
    """
    found = _PLACE.match(finding.path)
    if found is not None:
        return found[1], int(found[2]) if found[2] else None
    return ("tests/properties.js" if finding.path.startswith("property ") else SOURCE), None


def _case(case: Any, title: str, result: Result) -> None:
    from xml.etree import ElementTree

    case.attrib.update(classname=_xml_text(title), name=result.check, time=f"{result.seconds:.3f}")
    if result.status == "skipped":
        ElementTree.SubElement(case, "skipped", message=str(dict(result.evidence).get("why", "")))
    if lines := list(question_lines(raised(result.questions))):
        text = _xml_text("\n".join(["the tests leave open:", *lines]))
        ElementTree.SubElement(case, "system-out").text = text
    if not result.passed:
        text = _xml_text("\n".join(map(_words, result.problems)))
        message = _xml_text(str(result.problems[0])) if result.problems else "failed"
        ElementTree.SubElement(case, "failure", message=message).text = text


def _sarif_result(title: str, check: str, finding: Finding, level: str) -> dict[str, Any]:
    file, line = place(finding)
    location: dict[str, Any] = {"artifactLocation": {"uri": file}}
    if line:
        location["region"] = {"startLine": line}
    return {
        "ruleId": check,
        "level": level,
        "message": {"text": f"{title}: {_words(finding)}"},
        "locations": [{"physicalLocation": location}],
    }


def _words(finding: Finding) -> str:
    return "\n".join(text for text in (str(finding), finding.evidence, finding.reproduce) if text)


def _xml_text(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
