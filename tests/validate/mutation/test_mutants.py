"""Each mutant is a different program that parses, and a sample is fair and repeatable."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapp.starter import bundle
from mapp.syntax import tokens_of, tree_of
from mapp.validate.mutation.mutants import MAX_ALIKE, SURE, all_mutants, sampled_mutants

SOURCE = """\
function main(input) {
  // the larger one, doubled
  return larger(input.a, input.b) * 2;
}

function larger(a, b) {
  return a < b ? b : a;
}
"""
NAMES = st.sampled_from(["a", "b", "é", "$c"])
ATOMS = st.one_of(NAMES, st.integers(0, 99).map(str), st.just('"漢😀"'), st.just("/^a+$/g"), st.just("[]"))


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    binary = st.sampled_from(["+", "-", "*", "/", "%", "**", "<", ">=", "===", "&&", "||", "??", "&", ">>>"])
    return st.one_of(
        st.tuples(inner, binary, inner).map(lambda part: f"({part[0]}) {part[1]} ({part[2]})"),
        st.tuples(inner, inner, inner).map(lambda part: f"({part[0]} ? {part[1]} : {part[2]})"),
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.lists(inner, max_size=3).map(lambda items: f"f({', '.join(items)})"),
        inner.map(lambda text: f"({text}).slice({text})"),
        inner.map(lambda text: f"(-({text}))"),
        inner.map(lambda text: f"(({text})?.b)"),
        inner.map(lambda text: f"(() => {{ return {text}; }})()"),
    )


EXPRESSIONS = st.recursive(ATOMS, _grown, max_leaves=8)
PROGRAMS = st.lists(
    st.one_of(
        EXPRESSIONS.map(lambda text: f"x = {text};"),
        EXPRESSIONS.map(lambda text: f"if ({text}) y(); else z();"),
        EXPRESSIONS.map(lambda text: f"for (const é of {text}) {{ if (a) continue; b += {text}; }}"),
        EXPRESSIONS.map(lambda text: f"function f(a = {text}) {{ throw {text}; }}"),
    ),
    min_size=1,
    max_size=4,
).map("\n".join)


@given(PROGRAMS)
def test_every_mutant_parses_and_differs_from_the_source_and_from_every_other(source: str) -> None:
    original = tree_of(source)
    assert original is not None
    sources = [source]
    for mutant in all_mutants(source):
        tree = tree_of(mutant.source)
        assert tree is not None
        assert tokens_of(tree) != tokens_of(original)
        sources.append(mutant.source)
    assert len(set(sources)) == len(sources)


@given(PROGRAMS)
def test_a_mutant_says_where_it_differs(source: str) -> None:
    lines = source.split("\n")
    for mutant in all_mutants(source):
        before = "\n".join(lines[: mutant.line - 1])
        start = len(before) + (mutant.line > 1) + mutant.column - 1
        end = start + len(mutant.replaced)
        assert source[start:end] == mutant.replaced
        assert source[:start] + mutant.replacement + source[end:] == mutant.source


def test_a_mutant_is_shown_as_the_line_before_and_after() -> None:
    found = next(mutant for mutant in all_mutants(SOURCE) if mutant.operator == "boundary")

    assert (found.line, found.column, found.replaced, found.replacement) == (7, 12, "<", "<=")
    assert found.diff == "- return a < b ? b : a;\n+ return a <= b ? b : a;"
    assert found.scope == "larger"


def test_a_source_that_does_not_parse_has_no_mutants() -> None:
    assert list(all_mutants("function main( {")) == []


def test_a_sample_depends_on_the_seed_only() -> None:
    def sample(seed: int) -> list[str]:
        return [mutant.source for mutant in sampled_mutants(SOURCE, seed=seed)]

    assert sample(1) == sample(1)
    assert sample(1) != sample(2)
    assert set(sample(1)) == set(sample(2)) == {mutant.source for mutant in all_mutants(SOURCE)}


@pytest.mark.parametrize("name", ["cron-explain", "md5", "iban-check", "regex-test"])
def test_a_sample_covers_every_function_and_many_operators(name: str) -> None:
    source = bundle.files(name)["main.js"].decode()
    everything = Counter(mutant.scope for mutant in all_mutants(source))
    sample = list(islice(sampled_mutants(source, seed=1), 3 * len(everything) + 20))
    taken = Counter(mutant.scope for mutant in sample)

    for scope, count in everything.items():
        assert taken[scope] >= min(SURE, count)
    assert len({mutant.operator for mutant in sample}) >= 12


def test_a_long_table_does_not_crowd_out_the_program() -> None:
    table = f"const TABLE = [{', '.join(map(str, range(10, 400)))}];\n"
    sample = list(sampled_mutants(table + SOURCE, seed=1))

    assert sum(mutant.scope == "TABLE" and mutant.operator == "number" for mutant in sample) == MAX_ALIKE
