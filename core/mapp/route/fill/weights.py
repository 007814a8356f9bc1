"""The weights that score candidate values: general knowledge, not learned from any app.

All of them are in one frozen table, so that a benchmark can replace the table as a whole:

    with scored_with(replace(DEFAULT, text=replace(DEFAULT.text, quoted=3.0))):
        fill(request, manifest)

A score is a sum of bonuses (above zero) and penalties. A field called `penalty_…` or `…_penalty` is
subtracted; every other field is added.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, kw_only=True, slots=True)
class ProximityWeights:
    """How much the words around a span say about a slot."""

    name: float = 1.0
    name_share: float = 1.0
    """Added in full when every word of the slot's name is there."""
    name_decay_before: float = 0.1
    name_decay_after: float = 0.4
    name_after_penalty: float = 0.4
    hint_before: float = 1.2
    hint_decay_before: float = 0.1
    hint_after: float = 0.9
    hint_decay_after: float = 0.3
    direction: float = 1.5
    place: float = 0.8
    maker: float = 1.0
    person: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class NumberWeights:
    """What kind of number suits a slot."""

    number: float = 1.2
    ordinal: float = 0.3
    soft_penalty: float = 0.9
    currency: float = 1.5
    currency_for_other_unit: float = -0.8
    percent_for_rate: float = 2.0
    percent: float = 0.9
    percent_for_other_unit: float = -0.8
    quantity: float = 0.9
    duration: float = -0.5
    soft_quantity_penalty: float = 1.4
    same_dimension: float = 0.8
    other_dimension: float = -0.8
    converted: float = 2.4
    soft_converted: float = 1.2
    unconverted: float = 0.4
    piece_penalty: float = 0.5
    """For a number that is only a part of a longer one: the 5 of `5 ft 11 in`, the 2 of `2 1/2`."""
    compound: float = 0.4
    """For an amount in several units."""
    people: float = 2.6
    """For the size of a group (`me and 3 friends`) as a number of people."""
    counts_people: float = 0.8
    """For the number in `3 friends` as a number of people; subtracted for any other argument."""
    counting_penalty: float = 0.8
    """For a number in words that only counts things: `two places, 14.6 121.0`."""
    spot_penalty: float = 0.15
    """For each place between the number's rank among the numbers and the slot's among the slots."""
    no_spot_penalty: float = 0.4
    named: float = 0.3
    """The nearness above which an optional slot counts as named."""
    optional_named_penalty: float = 0.8
    optional_penalty: float = 1.6
    money_for_money: float = 0.8
    money_for_rate: float = -0.5
    percent_for_money_penalty: float = 0.8
    year: float = 1.2
    year_elsewhere: float = -0.2
    not_a_year_penalty: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class DateWeights:
    """How well a date or a time suits a slot."""

    typed: float = 2.5
    laid_out: float = 3.6
    """For a text slot whose description states how the date is written."""
    spot_penalty: float = 0.2
    optional_penalty: float = 0.8
    soft_penalty: float = 2.0
    relative_penalty: float = 0.3


@dataclass(frozen=True, kw_only=True, slots=True)
class EnumWeights:
    """How clearly a request states an enum value, a code or a flag."""

    word: float = 2.0
    weak_word: float = 0.7
    each_more_word: float = 0.3
    in_quotes: float = 0.2
    instead: float = -1.5
    similar_penalty: float = 0.5
    year: float = 2.0
    count_in_words: float = 0.6
    count_in_digits: float = 0.5
    stated_default: float = 0.1
    default: float = 0.8
    after_number: float = 1.0
    """For the unit right after a number, in the argument that says what the number is in."""
    own_unit: float = 3.0
    """For the unit of an amount in several units, or of `a mile`, in the argument that says what it is in."""
    unsaid_required: float = -1.8
    unsaid: float = -1.0
    by_flag: float = 1.0
    code: float = 0.6
    flag: float = 1.2
    flag_firm: float = 0.4
    flag_share: float = 0.5
    """The share of the flag's name that a request must say."""
    flag_default: float = 0.6
    flag_no_default_penalty: float = 0.4


@dataclass(frozen=True, kw_only=True, slots=True)
class ListWeights:
    """How well a list or a JSON document suits a slot."""

    numbers: float = 2.0
    each_number: float = 0.2
    all_numbers: float = 0.6
    json: float = 3.0
    quoted: float = 1.5
    each_quoted: float = 0.3
    enum_items: float = 2.0
    each_split_item: float = 0.7


@dataclass(frozen=True, kw_only=True, slots=True)
class TextWeights:
    """How well a text suits a slot, by what kind of text it is."""

    quoted: float = 3.2
    tail: float = 1.6
    identifier: float = 1.2
    name: float = 1.0
    json: float = 0.5
    duration: float = 0.3
    duration_rewritten: float = 3.0
    """For a duration that the pattern does not accept as the request words it."""
    address: float = 0.2
    block: float = 3.0
    """Whole lines below or above the instruction."""
    block_with_job_words_penalty: float = 2.2
    lone_word: float = 0.9
    """One of as many words as there are texts to fill: `levenshtein saturday sunday`."""
    said_choice_penalty: float = 2.5
    """For a text that is a value of another argument: `in snake_case`."""
    number: float = 0.0
    date: float = 0.0
    time: float = 0.0
    quantity: float = -0.3
    percent: float = -0.5
    currency: float = -0.5
    soft_penalty: float = 1.2
    soft_name_penalty: float = 4.0
    kind_in_name: float = 2.0
    number_for_id: float = 1.0
    identifier_wanted: float = 1.0
    quoted_tail_penalty: float = 1.5
    address_wanted: float = 1.5
    name_form: float = 0.3
    """Whether a comma in the name suits the description (`city, country`)."""
    spot_penalty: float = 0.15
    says_slot_name: float = 0.7
    optional_penalty: float = 1.4
    not_a_date_penalty: float = 1.5
    wanted_format: float = 1.5
    other_format_penalty: float = 1.0
    order: float = 0.15
    """How much a later slot prefers a later place in the request."""
    pattern: float = 1.0
    pattern_length: float = 0.01
    word: float = -0.4
    """For a single word that only a pattern can pick."""
    function_word_penalty: float = 1.2
    choice: float = 0.4
    choice_verbatim: float = 0.8
    unit: float = 1.5
    unit_after_to: float = 1.0
    unit_side: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class SpanWeights:
    """How much a free run of words looks like one text."""

    base: float = -0.6
    nearness: float = 0.6
    opens_with_name_penalty: float = 0.6
    cut_identifier_penalty: float = 0.8
    cut_chunk_penalty: float = 1.0
    """For each end at which the run cuts what is written without a space."""
    job_word_penalty: float = 1.5
    """For a word of the app's job at either end."""
    quotation_penalty: float = 0.8
    final: float = 0.3
    function_word_penalty: float = 0.25
    opens_with_function_word: float = 0.3
    """Subtracted together with the penalty for each function word."""
    closes_with_function_word_penalty: float = 0.5
    closes_with_mark_penalty: float = 0.4
    inner_mark_penalty: float = 0.6
    length_penalty: float = 0.08
    whole_request: float = 1.2
    """Subtracted, with the penalty for length, when the run starts the request."""
    capitalised: float = 0.2


@dataclass(frozen=True, kw_only=True, slots=True)
class CommonWeights:
    """What counts for a candidate of any kind."""

    attached: float = 9.0
    absent_required: float = -1.5
    absent: float = 0.0
    app_words_penalty: float = 3.5
    app_number_penalty: float = 1.5
    placeholder_penalty: float = 2.5
    deictic_penalty: float = 0.6


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoringWeights:
    """The whole table."""

    common: CommonWeights = field(default_factory=CommonWeights)
    proximity: ProximityWeights = field(default_factory=ProximityWeights)
    number: NumberWeights = field(default_factory=NumberWeights)
    date: DateWeights = field(default_factory=DateWeights)
    enum: EnumWeights = field(default_factory=EnumWeights)
    list: ListWeights = field(default_factory=ListWeights)
    text: TextWeights = field(default_factory=TextWeights)
    span: SpanWeights = field(default_factory=SpanWeights)


DEFAULT: Final = ScoringWeights()
_active: ContextVar[ScoringWeights] = ContextVar("scoring weights", default=DEFAULT)


def active() -> ScoringWeights:
    """Returns the table in use."""
    return _active.get()


@contextmanager
def scored_with(weights: ScoringWeights) -> Iterator[None]:
    """Scores with another table inside the `with` block; other threads and processes keep `DEFAULT`."""
    token = _active.set(weights)
    try:
        yield
    finally:
        _active.reset(token)
