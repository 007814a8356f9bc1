"""The figures about healing: what is noticed, what lands, and what each wrong patch is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.classify.library import Patient, starter_apps
from benchmarks.heal import fixing
from benchmarks.heal.__main__ import PARTS, main
from benchmarks.heal.corpus import Bug, Origin, seeded
from benchmarks.heal.figures import Seen, fixes_part, noticed_part
from benchmarks.heal.fixing import PATCHES, TRUE, Fixed, broken, is_wrong, patches_for
from benchmarks.heal.working import adapted_checks, keep, measured, worked
from benchmarks.healing import differ, outcomes
from benchmarks.route import pages
from mapp.config import DEFAULT_ENGINE
from mapp.model.app import EXAMPLES, MANIFEST, SOURCE, read_app
from mapp.ops.check.gate import Options
from mapp.sandbox.executor import Executor
from mapp.sandbox.executors.select import open_executor
from mapp.validate import gate


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    with open_executor() as opened:
        yield opened


@pytest.fixture(scope="module")
def bug(executor: Executor) -> Bug:
    files = starter_apps()["vat"]
    rows = [dict(row.input) for row in read_app(files).examples]
    return next(seeded("starter", files, rows, 1, executor))


def test_a_bug_changes_every_answer_that_it_is_used_for(bug: Bug, executor: Executor) -> None:
    ends = outcomes(bug.app, bug.witnesses, executor)
    assert ends and all(map(differ, ends, bug.expected))
    assert not any(map(differ, outcomes(bug.sound, bug.witnesses, executor), bug.expected))


def test_the_tests_of_an_app_do_not_show_its_bug(bug: Bug, executor: Executor) -> None:
    assert bug.app.examples
    assert broken(bug, bug.sound, executor) == 0


def test_the_judge_knows_the_true_fix_from_all_others(bug: Bug, executor: Executor) -> None:
    wrong = {}
    for patch, make in PATCHES.items():
        app = replace(bug.app, source=make(bug)[SOURCE])
        wrong[patch] = is_wrong(bug, app, executor)
    right = {TRUE, "adds a host", "edits a test"}  # their code is right, and what comes with it is not
    assert {patch for patch in PATCHES if not wrong[patch]} == right


def test_a_special_case_is_right_exactly_where_the_bug_was_reported(bug: Bug, executor: Executor) -> None:
    app = replace(bug.app, source=PATCHES["special case"](bug)[SOURCE])
    assert not any(map(differ, outcomes(app, bug.witnesses, executor), bug.expected))


def test_the_patches_that_overreach_change_more_than_the_code(bug: Bug) -> None:
    host = read_app({**bug.files, MANIFEST: PATCHES["adds a host"](bug)[MANIFEST].encode()})
    assert host.manifest.capabilities.names
    edited = PATCHES["edits a test"](bug)[EXAMPLES]
    assert len(edited.splitlines()) == len(bug.app.examples) - 1


def test_a_patch_that_loses_an_example_breaks_it(bug: Bug, executor: Executor) -> None:
    app = replace(bug.app, examples=bug.app.examples[1:])
    assert broken(bug, app, executor) == 1


def test_each_kind_of_wrong_patch_gets_its_share_of_the_bugs(bug: Bug) -> None:
    tried = [patches_for(replace(bug, name=f"app {number}"), 2) for number in range(300)]
    counts = Counter(patch for patches in tried for patch in patches)

    assert all(len(set(patches)) == 3 and patches[0] == TRUE for patches in tried)
    assert min(counts[patch] for patch in PATCHES) > 70


def test_a_bug_is_played_from_the_first_wrong_answer_to_the_fix(
    bug: Bug, executor: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "CHECKS", adapted_checks())
    monkeypatch.setattr(fixing, "USUAL", Options(inputs=30))
    shared: dict[str, Executor] = {DEFAULT_ENGINE: Patient(executor)}
    noticed, [true, special] = worked(bug, shared, [TRUE, "special case"])

    assert noticed.known
    assert true.landed, (true.refused, true.refused_first)
    assert not (true.wrong or true.broken or true.gained)
    assert special.refused and not special.landed


def test_an_interrupted_measurement_goes_on_from_what_was_kept(tmp_path: Path) -> None:
    origin = Origin(source="starter", name="vat")
    rows = ([seen()], [fixed(TRUE, refused=("examples",), refused_first=("recorded",))])
    keep(tmp_path / "rows", origin, rows)

    assert measured([origin], 1, jobs=1, rows=tmp_path / "rows") == [rows]


def fixed(patch: str, **more: Any) -> Fixed:
    return Fixed(**{"bug": "b", "source": "starter", "patch": patch, "landed": False, "refused": (), **more})


def test_figures_count_what_landed_what_is_wrong_and_what_refused_the_rest() -> None:
    part = fixes_part(
        [
            fixed(TRUE, landed=True),
            fixed(TRUE, refused=("examples", "differential")),
            fixed("constant", landed=True, wrong=True),
            fixed("wrong fix", refused=("recorded",)),
        ]
    )
    rows = {str(row[0]): row for row in part.tables[0].rows}
    assert _count(rows[TRUE][1]) == (1, 2)
    assert _count(rows["constant"][2]) == (1, 1)
    assert _count(rows["all but true fixes"][2]) == (1, 2)
    assert "b: examples, differential" in part.notes[0] and "b (constant)" in part.notes[2]
    assert {str(row[0]) for row in part.tables[1].rows} == {"`examples`", "`differential`", "`recorded`"}


def _count(cell: Any) -> tuple[int, int]:
    return cell["count"], cell["of"]


def seen(**more: Any) -> Seen:
    return Seen(**{"bug": "b", "source": "starter", "kind": "token", "by": "", "known": True, **more})


def test_what_nobody_notices_is_not_counted_as_noticed() -> None:
    rows = [seen(by="code_bug"), seen(known=False)]
    line = noticed_part(rows).tables[0].rows[-1]
    assert line[0] == "all" and _count(line[2]) == (1, 2) and _count(line[3]) == (1, 2)


@pytest.mark.parametrize("name", PARTS)
def test_every_part_has_a_place_on_the_page(name: str) -> None:
    places = [path for path in pages.pages() if f"<!-- figures: {name} -->" in path.read_text("utf-8")]
    assert [path.name for path in places] == ["healing-measured.md"]


def test_a_sample_is_not_published(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--every", "2", "--write"])
    assert "--write publishes the whole" in capsys.readouterr().err
