"""The figures about classification count what was said against what was injected."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.classify import figures, injectors, unseen
from benchmarks.classify.__main__ import PARTS, main
from benchmarks.classify.figures import METHODS, by_writer, confusion, counted, f1, macro_f1, part, summary
from benchmarks.classify.injectors import Case
from benchmarks.classify.inputs import INPUTS
from benchmarks.classify.library import Template, failing_apps, starter_apps
from benchmarks.classify.playing import STARTERS, Played, names, part_of
from benchmarks.classify.scene import NONE, shape
from benchmarks.route import pages
from benchmarks.token_mutants import parse
from mapp.model.app import read_app
from mapp.model.incident import FAILURE_CLASSES


def played(label: str, said: str, **more: object) -> Played:
    given = {"app": "vat", "part": "judging", "fault": "a fault", "seen": "seen", "threw": True, "ended": ""}
    return Played(**{**given, **more, "label": label, "said": said})  # type: ignore[arg-type]


ROWS = [
    played("code_bug", "code_bug"),
    played("code_bug", NONE, threw=False),
    played("upstream_down", "code_bug"),
    played("upstream_down", "upstream_down"),
]


def test_f1_is_the_harmonic_mean_of_precision_and_recall() -> None:
    says = METHODS["mapp"]
    assert f1(ROWS, says, "code_bug") == pytest.approx(0.5)
    assert f1(ROWS, says, "upstream_down") == pytest.approx(2 / 3)
    assert macro_f1(ROWS, says) == pytest.approx((0.5 + 2 / 3) / 2)


def test_the_costs_are_what_is_sent_to_healing_and_what_is_missed() -> None:
    line = next(row for row in summary("", ROWS).rows if row[0] == "mapp")
    sent, missed = line[3], line[4]
    assert isinstance(sent, dict) and (sent["count"], sent["of"]) == (1, 2)
    assert isinstance(missed, dict) and (missed["count"], missed["of"]) == (1, 2)


def test_to_the_naive_program_all_exceptions_are_bugs() -> None:
    line = next(row for row in summary("", ROWS).rows if row[0] == "any exception is a bug")
    assert isinstance(line[3], dict) and line[3]["count"] == 2


def test_what_nobody_could_see_is_not_counted() -> None:
    rows = [*ROWS, played("code_bug", NONE, seen="silent"), played("code_bug", NONE, part="tuning")]
    assert counted(rows, "judging") == ROWS


def test_the_matrix_has_a_row_for_each_cause_and_a_column_for_each_answer() -> None:
    table = confusion(ROWS)
    assert table.headings == ("injected", "`upstream_down`", "`code_bug`", "`none`")
    assert table.rows == (("`upstream_down`", "1", "1", ""), ("`code_bug`", "", "1", "1"))


def test_mistakes_are_told_in_words() -> None:
    (first, *_) = part(ROWS).notes
    assert "said `" in first and "a fault" in first


def test_every_app_is_either_for_tuning_or_for_judging() -> None:
    parts = [part_of(name) for name in names()]
    assert abs(parts.count("tuning") - parts.count("judging")) <= 1
    assert len({*names()}) == len(names()) == 17 + len(STARTERS)


def test_every_app_has_inputs_to_use_it_with() -> None:
    assert {*failing_apps()} == {*INPUTS}
    assert min(map(len, INPUTS.values())) >= 6


def test_the_form_of_an_answer_does_not_depend_on_its_values() -> None:
    assert shape({"a": [1, 2], "b": "x"}) == shape({"b": "y", "a": [3]})
    assert shape({"a": "1"}) != shape({"a": 1})
    assert shape([{"a": 1}]) != shape([{"a": None}])


@pytest.mark.parametrize("name", PARTS)
def test_every_part_has_a_place_on_the_page(name: str) -> None:
    places = [path for path in pages.pages() if f"<!-- figures: {name} -->" in path.read_text("utf-8")]
    assert [path.name for path in places] == ["classification-measured.md"]


def test_a_sample_is_not_published(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--every", "2", "--write"])
    assert "--write publishes the whole" in capsys.readouterr().err


def test_an_unknown_app_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--apps", "nothing"])
    assert "no app nothing" in capsys.readouterr().err


def test_all_methods_are_in_the_summary() -> None:
    assert [row[0] for row in summary("", ROWS).rows] == [*figures.METHODS]


def templates() -> Iterator[Template]:
    for name in ("order-supplies", "habit-streak", "vat"):
        files = failing_apps().get(name) or starter_apps()[name]
        app = read_app(files)
        rows = tuple(INPUTS.get(name) or [dict(row.input) for row in app.examples if row.error is None])
        yield Template(folder=Path(), app=app, files=files, inputs=rows)


def kinds(cases: list[Case]) -> set[str]:
    return {case.fault.partition(":")[0].partition(",")[0] for case in cases}


def test_a_third_of_the_faults_was_written_without_the_rules() -> None:
    known: list[Case] = []
    new: list[Case] = []
    for template in templates():
        known += injectors.cases(template, 1)
        new += unseen.cases(template, 1)
    assert all(case.unseen for case in new) and not any(case.unseen for case in known)
    assert 0.3 <= len(new) / len(new + known) <= 0.4
    assert len(kinds(new) - kinds(known)) >= 0.5 * len(kinds(known))
    assert {case.label for case in known} == {case.label for case in new} <= {*FAILURE_CLASSES, NONE}


def test_every_slip_is_a_program_that_differs() -> None:
    for template in templates():
        found = [source for _, source in unseen.slips(template)]
        assert len({*found}) == len(found) and template.app.source not in found
        assert not any(parse(source).has_error for source in found)


def test_faults_are_counted_by_who_wrote_them() -> None:
    rows = [*ROWS, played("quota", "quota", unseen=True), played("quota", "unknown", unseen=True)]
    lines = [list(row[:3]) for row in by_writer(rows, []).rows]
    assert [row[2] for row in lines] == ["4", "2", "0", "0"]
