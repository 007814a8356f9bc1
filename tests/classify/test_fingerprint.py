"""Fingerprints: the same for one cause, whatever the names, lines and values."""

from __future__ import annotations

from dataclasses import replace

from mapp.classify.facts import Call, Facts
from mapp.classify.fingerprint import fingerprint, normal_line, site_of

SOURCE = """function main(input) {
  const rows = input.rows;
  return rows.map((row) => row.price.value * 1.2);
}"""
MOVED = """// Adds up prices.

function main(given) {
  const lines = given.rows;

  return lines.map((line) => line.cost.amount * 1.25);  // with tax
}"""
FACTS = Facts(app="gross", outcome="threw")


def site(source: str, line: int, message: str, name: str = "TypeError") -> str:
    """Returns the site of an error thrown on a line."""
    return site_of(
        source, f"    at <anonymous> (main.js:{line}:30)\n    at main (main.js:1:1)\n", name, message
    )


def test_renaming_and_moving_of_lines_changes_nothing() -> None:
    one = site(SOURCE, 3, "cannot read property 'value' of undefined")
    two = site(MOVED, 6, "cannot read property 'amount' of undefined")

    assert one == two
    assert fingerprint(replace(FACTS, site=one), "code_bug") == fingerprint(
        replace(FACTS, site=two), "code_bug"
    )


def test_another_line_class_or_app_is_another_cause() -> None:
    facts = replace(FACTS, site=site(SOURCE, 3, "not a function"))
    others = [
        (replace(facts, site=site(SOURCE, 2, "not a function")), "code_bug"),
        (replace(facts, site=site(SOURCE, 3, "not a function", "RangeError")), "code_bug"),
        (replace(facts, app="net"), "code_bug"),
        (facts, "regression"),
    ]
    assert len({fingerprint(facts, "code_bug"), *(fingerprint(*row) for row in others)}) == 5  # type: ignore[arg-type]


def test_an_apps_own_words_and_names_are_no_part_of_it() -> None:
    assert site(SOURCE, 3, "bad city Oslo") == site(SOURCE, 3, "bad city Lima, rate limited (429)")
    assert site(SOURCE, 3, "x", "Oslo") == site(SOURCE, 3, "x", "Lima")
    assert "Oslo" not in site("throw new Error(`Oslo ${input.city}`)", 1, "Oslo", "Oslo")


def test_values_and_places_in_a_list_are_no_part_of_it() -> None:
    one = replace(FACTS, outcome="invalid_output", problems=("output.rows[3].total",))
    two = replace(FACTS, outcome="invalid_output", problems=("output.rows[7].total",))
    assert fingerprint(one, "code_bug") == fingerprint(two, "code_bug")


def test_a_service_has_one_incident_for_each_way_to_fail() -> None:
    call = Call(name="http", endpoint="GET api.example/a", host="api.example", status=500)
    down = replace(FACTS, calls=(call,))
    same = [
        replace(FACTS, calls=(replace(call, status=503, endpoint="GET api.example/b"),)),
        replace(FACTS, outcome="error:no_answer", calls=(call,)),
    ]
    assert {fingerprint(row, "upstream_down") for row in [down, *same]} == {
        fingerprint(down, "upstream_down")
    }
    dns = replace(FACTS, calls=(replace(call, status=0, code="dns"),))
    assert fingerprint(dns, "upstream_down") != fingerprint(down, "upstream_down")


def test_a_stack_of_the_scripts_own_making_is_harmless() -> None:
    for stack in ("main.js:99999999999999999999", "main.js:0", "main.js:-1", "", "x" * 10_000):
        assert site_of(SOURCE, stack, "Error", "x") in ("Error", site_of(SOURCE, "main.js:1", "Error", "x"))


def test_the_form_of_a_fingerprint() -> None:
    text = fingerprint(FACTS, "code_bug")
    assert text.startswith("v1:") and len(text) == 19
    assert (
        normal_line("if (a['x'] === `t${1}`) return a?.b; // why")
        == "if ( i [ s ] = = = s ) return i ? . i ;"
    )
