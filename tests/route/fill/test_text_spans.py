"""Free runs of words as candidates."""

import pytest

from mapp.route.fill.candidate import TextCues
from mapp.route.fill.text_spans import spans_for
from mapp.route.read.parsed_request import read
from mapp.route.read.tokens import stem
from support.filling import slot

TEXT = slot("text", 'type = "string"')


def spans(text: str, cues: TextCues | None = None) -> dict[object, float]:
    return {option.value: option.score for option in spans_for(TEXT, read(text), cues or TextCues())}


def test_an_empty_request_has_no_runs_of_words() -> None:
    assert spans("") == {}


def test_a_run_ends_before_a_polite_phrase() -> None:
    found = spans("reverse good morning, please?")
    assert found["good morning"] > found["good morning, please"]
    assert found["good morning"] > found["reverse good morning"]


def test_the_edges_that_an_app_has_learned_start_and_end_a_run() -> None:
    text = "now shout good morning loudly again"
    cues = TextCues(starts=frozenset({stem("shout")}), ends=frozenset({stem("loudly")}))
    assert "good morning" not in spans(text)
    found = spans(text, cues)
    assert found["good morning"] == max(found.values())


def test_words_added_to_an_identifier_cost_more_than_words_added_to_a_word() -> None:
    identified, plain = spans("the owner of 192.168.0.1 at noon"), spans("the owner of kiwi at noon")
    added = identified["192.168.0.1 at noon"] - identified["192.168.0.1"]
    assert added < plain["kiwi at noon"] - plain["kiwi"] - 0.2


def test_the_number_of_runs_is_bounded_for_a_long_request() -> None:
    short, long = (list(spans_for(TEXT, read("of a to " * many), TextCues())) for many in (200, 400))
    assert 0 < len(short) == len(long) < 24 * 13


def test_a_run_does_not_cut_what_is_written_together() -> None:
    cues = TextCues(starts=frozenset({"<", "sha"}))
    found = spans("escape <p>hello</p>", cues)
    assert found["<p>hello</p>"] > found["p>hello</p>"]
    found = spans("sha256 kiwi", TextCues(starts=frozenset({"sha", "256"})))
    assert found["kiwi"] > found["256 kiwi"]


@pytest.mark.parametrize(
    ("text", "value", "worse"),
    [
        ("shout good morning", "good morning", "shout good morning"),
        ("make good morning shouted", "good morning", "good morning shouted"),
        ("encode fish & chips", "fish & chips", "encode fish & chips"),
        ("what is HELP shouted", "HELP", "HELP shouted"),
    ],
)
def test_words_for_the_job_are_not_the_ends_of_a_text(text: str, value: str, worse: str) -> None:
    found = spans(text, TextCues(usual={stem("shout"): 0.1}))
    assert found[value] > found.get(worse, -9.0)
    assert found[value] == max(found.values())
