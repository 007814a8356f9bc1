from __future__ import annotations

import json
import random
import shutil
import struct
import subprocess
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapp.model.values import MAX_DEPTH, InvalidValue, canonical, checked, number_text, parse, same
from support.drawn import json_values

# RFC 8785, appendix B: the bits of a double, and its text.
VECTORS = [
    ("0000000000000000", "0"),
    ("8000000000000000", "0"),
    ("0000000000000001", "5e-324"),
    ("8000000000000001", "-5e-324"),
    ("7fefffffffffffff", "1.7976931348623157e+308"),
    ("ffefffffffffffff", "-1.7976931348623157e+308"),
    ("4340000000000000", "9007199254740992"),
    ("c340000000000000", "-9007199254740992"),
    ("4430000000000000", "295147905179352830000"),
    ("44b52d02c7e14af5", "9.999999999999997e+22"),
    ("44b52d02c7e14af6", "1e+23"),
    ("44b52d02c7e14af7", "1.0000000000000001e+23"),
    ("444b1ae4d6e2ef4e", "999999999999999700000"),
    ("444b1ae4d6e2ef4f", "999999999999999900000"),
    ("444b1ae4d6e2ef50", "1e+21"),
    ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
    ("3eb0c6f7a0b5ed8d", "0.000001"),
    ("41b3de4355555553", "333333333.3333332"),
    ("41b3de4355555554", "333333333.33333325"),
    ("41b3de4355555555", "333333333.3333333"),
    ("41b3de4355555556", "333333333.3333334"),
    ("41b3de4355555557", "333333333.33333343"),
    ("becbf647612f3696", "-0.0000033333333333333333"),
    ("43143ff3c1cb0959", "1424953923781206.2"),
]


def _double(bits: str) -> float:
    return float(struct.unpack(">d", bytes.fromhex(bits))[0])


@pytest.mark.parametrize(("bits", "text"), VECTORS)
def test_numbers_are_written_as_in_rfc_8785(bits: str, text: str) -> None:
    assert number_text(_double(bits)) == text


@pytest.mark.skipif(shutil.which("node") is None, reason="node is the oracle")
def test_numbers_are_written_as_in_ecmascript() -> None:
    draw = random.Random(8785)
    numbers = [struct.unpack(">d", draw.randbytes(8))[0] for _ in range(20_000)]
    numbers += [draw.randrange(-(10**6), 10**6) / 10 ** draw.randrange(12) for _ in range(20_000)]
    numbers += [float(f"{draw.randrange(1, 1000)}e{power}") for power in range(-330, 309) for _ in range(3)]
    finite = [number for number in numbers if number == number and abs(number) != float("inf")]
    script = "console.log(JSON.parse(require('fs').readFileSync(0)).map(String).join('\\n'))"
    done = subprocess.run(
        ["node", "-e", script], input=json.dumps(finite), capture_output=True, check=True, text=True
    )

    assert [number_text(number) for number in finite] == done.stdout.split()


def test_names_are_sorted_by_utf_16_code_units_as_in_rfc_8785() -> None:
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]

    found = json.loads(
        canonical(dict.fromkeys(names)), object_pairs_hook=lambda pairs: [name for name, _ in pairs]
    )

    assert found == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


def test_text_is_escaped_as_in_rfc_8785() -> None:
    assert canonical('\u20ac$\u000f\nA\'B"\\\\"/\u007f\u2028') == (
        '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/\u007f\u2028"'
    )


@given(json_values)
def test_canonical_text_parses_to_the_same_value_and_is_stable(value: Any) -> None:
    text = canonical(value)
    # A double such as 1e300 is whole, and its text has no fraction: only `doubles` reads that back.
    again = parse(text, doubles=True)

    assert canonical(again) == text
    assert same(again, value)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 9)))
def test_the_order_of_names_does_not_matter(value: dict[str, int]) -> None:
    assert canonical(dict(reversed(value.items()))) == canonical(dict(value))


def test_true_differs_from_one_but_one_equals_one_point_zero() -> None:
    assert not same(True, 1)
    assert same(1, 1.0)
    assert same({"a": [0.0]}, {"a": [-0.0]})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is not JSON"),
        ("{", "line 1, column 2"),
        ("{'a': 1}", "is not JSON"),
        ("[1,]", "is not JSON"),
        ('{"a": 1, "a": 2}', "'a' appears twice"),
        ("NaN", "NaN is not a JSON number"),
        ("[Infinity]", "Infinity is not a JSON number"),
        ("[-Infinity]", "-Infinity is not a JSON number"),
        ("[1, 1e999]", "[1]: is not a finite number"),
        ('{"a": {"b": [9007199254740993]}}', "a.b[0]: is an integer beyond"),
        ("1" * 5000, "is not"),
        ('{"a": "\\ud800"}', "a: contains a lone surrogate"),
        ('{"\\udc00": 1}', "has a name that contains a lone surrogate"),
        ("[" * 100_000, "nested too deeply"),
        ("9" * 5000, "a number has too many digits"),
        ("[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2), "nested deeper than 64"),
        ("1 2", "is not JSON"),
        ("\ufeff1", "is not JSON"),
    ],
)
def test_invalid_i_json_is_refused_with_its_position(text: str, says: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        parse(text)

    assert says in str(caught.value)


def test_a_text_that_is_too_long_is_not_read_at_all() -> None:
    with pytest.raises(InvalidValue, match="at most 10 are read"):
        parse("[" * 11, longest=10)


def test_several_mistakes_are_reported_at_once() -> None:
    with pytest.raises(InvalidValue) as caught:
        checked({"a": float("nan"), "b": [2**53, "\ud800"], "c": {1, 2}})

    assert [problem.path for problem in caught.value.problems] == ["a", "b[0]", "b[1]", "c"]


def test_a_report_of_a_million_mistakes_stays_short() -> None:
    with pytest.raises(InvalidValue) as caught:
        checked(["\ud800"] * 100_000)

    assert len(str(caught.value).splitlines()) < 50


def test_a_duplicate_among_many_names_is_found_in_linear_time() -> None:
    # Quadratic work would be 4 * 10^10 comparisons here: the test would never end.
    names = ",".join(f'"{number}":0' for number in range(200_000))

    with pytest.raises(InvalidValue, match="'last' appears twice"):
        parse(f'{{{names},"last":0,"last":1}}')


def test_large_whole_numbers_from_javascript_are_read_as_doubles() -> None:
    assert parse("[1e21, 9007199254740993, -12345678901234567890]", doubles=True) == [
        1e21,
        9007199254740992.0,
        -12345678901234567168.0,
    ]
