"""Mentions and which of several overlapping ones contain the others."""

from mapp.route.read.mention import NUMERIC, Mention, MentionKind, mention_at, outermost

TEXT = "add 20% to 5 km"


def at(kind: MentionKind, start: int, end: int) -> Mention:
    return mention_at(TEXT, kind, (start, end), None)


def test_a_mention_carries_the_text_of_its_span() -> None:
    found = mention_at(TEXT, "percent", (4, 7), 20, "percent", number=(4, 6))
    assert (found.text, found.span, found.number) == ("20%", (4, 7), (4, 6))
    assert (found.soft, found.ambiguous) == (False, False)


def test_a_mention_inside_a_longer_one_is_dropped() -> None:
    found = [at("number", 4, 6), at("number", 11, 12), at("percent", 4, 7), at("quantity", 11, 15)]
    assert [(mention.kind, mention.text) for mention in outermost(found, NUMERIC)] == [
        ("percent", "20%"),
        ("quantity", "5 km"),
    ]


def test_a_longer_mention_of_another_kind_does_not_hide_a_number() -> None:
    found = [at("tail", 0, 15), at("number", 4, 6)]
    assert outermost(found, NUMERIC) == [at("number", 4, 6)]


def test_mentions_that_only_overlap_are_both_kept() -> None:
    found = [at("number", 6, 12), at("number", 4, 8)]
    assert [mention.span for mention in outermost(found, NUMERIC)] == [(4, 8), (6, 12)]
