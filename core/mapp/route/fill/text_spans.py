"""Free runs of words that may be a text, between places where texts use to begin and to end."""

from collections.abc import Iterator, Sequence

from mapp.route.fill.candidate import Option, TextCues
from mapp.route.fill.proximity import nearness, prepositional
from mapp.route.fill.slots import Slot
from mapp.route.read.lexicon import FUNCTION_WORDS, POLITE_TAILS, PREPOSITIONS
from mapp.route.read.parsed_request import ParsedRequest, around, context, masked
from mapp.route.read.tokens import Token, word_set

_SPAN_STARTS = word_set("of for word text string phrase sentence title name number input value line message")
_SPAN_ENDS = word_set(
    "to in into as with using from and by at for on is please thanks when that which if under within"
)


def spans_for(slot: Slot, reading: ParsedRequest, cues: TextCues) -> Iterator[Option]:
    """Yields free runs of words between places where texts use to begin and to end."""
    tokens = reading.tokens
    if not tokens:
        return
    ends = _ends(slot, tokens, cues)
    for first in _starts(slot, tokens, cues):
        later = [end for end in ends if first <= end]
        for last in sorted({*later[:8], *later[-4:]}):
            yield _span_option(slot, reading, first, last, cues)


def _starts(slot: Slot, tokens: Sequence[Token], cues: TextCues) -> list[int]:
    found = [0]
    for place in range(1, len(tokens)):
        before = tokens[place - 1]
        cue = (
            place == 1
            or before.stem in cues.starts
            or before.stem in slot.name
            or before.lower in _SPAN_STARTS
            or before.lower in PREPOSITIONS
            or before.text in ":=,"
        )
        if cue and tokens[place].text not in ",.;:?!)]}":
            found.append(place)
    return found[:24]


def _ends(slot: Slot, tokens: Sequence[Token], cues: TextCues) -> list[int]:
    """Returns the places of tokens that may be the last of a text: before a mark or a joining word, or at the
    end.
    """
    found = []
    final = len(tokens) - 1
    for place in range(len(tokens)):
        after = tokens[place + 1] if place < final else None
        if (
            after is None
            or after.stem in cues.ends
            or after.stem in slot.name
            or after.lower in _SPAN_ENDS
            or after.text in ",.;?!:)("
        ):
            found.append(place)
    last = final
    while last > 0 and _trails(tokens, last):
        last -= 1
        found.append(last)
    return sorted(set(found))


def _trails(tokens: Sequence[Token], last: int) -> bool:
    """Whether the last word is a mark or politeness: `…, please?`, `… for me`."""
    if tokens[last].lower in ("me", "for"):
        return tokens[last - 1].lower == "for" or (
            tokens[last].lower == "for" and tokens[last + 1 : last + 2] != ()
        )
    return tokens[last].text in ".?!," or tokens[last].lower in POLITE_TAILS


def _span_option(slot: Slot, reading: ParsedRequest, first: int, last: int, cues: TextCues) -> Option:
    tokens = reading.tokens
    span = (tokens[first].start, tokens[last].end)
    value = reading.text[span[0] : span[1]]
    before, after = around(reading, span)
    final = last == len(tokens) - 1
    score = -0.6 + 0.6 * nearness(slot, before, after) + prepositional(slot, before)
    score += _span_fit(tokens, first, last, final)
    score -= 0.6 if tokens[first].stem in slot.name else 0
    score -= 0.8 if _cuts_or_adds(span, reading) else 0
    score -= (
        0.8 if any(quote.start >= span[0] - 1 and quote.end <= span[1] + 1 for quote in reading.quoted) else 0
    )
    key = slot.key
    features = [
        *context(key, before, after),
        f"{key}|is|span",
        f"{key}|length|{min(last - first, 6)}",
        f"{key}|opens|{masked(tokens[first])}",
        f"{key}|closes|{masked(tokens[last])}",
        f"{key}|inner|{any(masked(token) in cues.ends for token in tokens[first + 1 : last + 1])}",
    ]
    return Option(value, score, features, f"the words “{value[:60]}”", (span,), True)


def _cuts_or_adds(span: tuple[int, int], reading: ParsedRequest) -> bool:
    """Whether an identifier stands in the span with other words beside it, or is cut by it."""
    return any(
        mention.start < span[1] and span[0] < mention.end and mention.span != span
        for mention in reading.identifiers
    )


def _span_fit(tokens: Sequence[Token], first: int, last: int, final: bool) -> float:
    """Returns how much a run of words looks like one thing: few small words, no mark at its ends."""
    run = tokens[first : last + 1]
    small = sum(token.lower in FUNCTION_WORDS for token in run)
    score = 0.3 if final else 0.0
    score -= 0.25 * min(small, 6) + (0.3 if run[0].lower in FUNCTION_WORDS else 0)
    score -= 0.5 if run[-1].lower in FUNCTION_WORDS else 0
    score -= 0.4 if run[-1].text in ".?!,;:" or run[-1].lower in POLITE_TAILS else 0
    score -= 0.6 if any(token.text in ",;?" for token in run) else 0
    score -= 0.08 * min(len(run), 12) + (1.2 if first == 0 else 0)
    return score + (0.2 if all(token.text[0].isupper() or token.text in ",.-'" for token in run) else 0)
