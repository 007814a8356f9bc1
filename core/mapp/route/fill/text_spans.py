"""Free runs of words as candidates: between places where texts usually start and end."""

from collections.abc import Callable, Iterator, Sequence

from mapp.route.fill.candidate import Option, TextCues, place_of
from mapp.route.fill.proximity import prepositional
from mapp.route.fill.slots import Slot
from mapp.route.fill.weights import active
from mapp.route.read.lexicon import FUNCTION_WORDS, POLITE_TAILS, PREPOSITIONS
from mapp.route.read.parsed_request import ParsedRequest, masked
from mapp.route.read.tokens import Token, word_set

_SPAN_STARTS = word_set("of for word text string phrase sentence title name number input value line message")
_SPAN_ENDS = word_set(
    "to in into as with using from and by at for on is please thanks when that which if under within"
)


_ASKING = word_set("me us is are was were does do did")

JOB = 0.4
"""A word that belongs to the app's job at least so much ends the text before it, and starts the one after."""


def spans_for(
    slot: Slot, reading: ParsedRequest, cues: TextCues, *, fits: Callable[[str], bool] | None = None
) -> Iterator[Option]:
    """Yields free runs of words between places where texts usually start and end; only those that fit."""
    tokens = reading.tokens
    if not tokens:
        return
    ends = _ends(slot, tokens, cues)
    for first in _starts(slot, tokens, cues):
        later = [end for end in ends if first <= end]
        for last in sorted({*later[:8], *later[-4:]}):
            if fits is None or fits(reading.text[tokens[first].start : tokens[last].end]):
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
            or cues.job(before) >= JOB
            or (before.lower in _ASKING and not _small(tokens[place]))
            or (before.text in "/|" and tokens[place].start > before.end)
        )
        if cue and tokens[place].text not in ",.;:?!)]}":
            found.append(place)
    return found[:24]


def _ends(slot: Slot, tokens: Sequence[Token], cues: TextCues) -> list[int]:
    """Returns the tokens that may end a text: before a mark or a joining word, or the last one."""
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
            or cues.job(after) >= JOB
            or (after.text in "/|" and after.start > tokens[place].end)
        ):
            found.append(place)
    last = final
    while last > 0 and _trails(tokens, last):
        last -= 1
        found.append(last)
    return sorted(set(found))


def _trails(tokens: Sequence[Token], last: int) -> bool:
    """Returns whether the last word is a mark or a polite phrase: `…, please?`, `… for me`."""
    if tokens[last].lower in ("me", "for"):
        return tokens[last - 1].lower == "for" or (
            tokens[last].lower == "for" and tokens[last + 1 : last + 2] != ()
        )
    return tokens[last].text in ".?!," or tokens[last].lower in POLITE_TAILS


def _span_option(slot: Slot, reading: ParsedRequest, first: int, last: int, cues: TextCues) -> Option:
    tokens = reading.tokens
    span = (tokens[first].start, tokens[last].end)
    value = reading.text[span[0] : span[1]]
    place = place_of(slot, reading, span)
    weights = active().span
    score = weights.base + weights.nearness * place.near + prepositional(slot, place.before)
    score += _span_fit(tokens, first, last)
    score -= weights.opens_with_name_penalty if tokens[first].stem in slot.name else 0
    score -= weights.cut_identifier_penalty if _cuts_or_adds(span, reading) else 0
    score -= weights.cut_chunk_penalty * cut_chunks(reading.text, span)
    ends = tokens[first : last + 1 : max(1, last - first)]
    if slot.schema.pattern is None:
        score -= weights.job_word_penalty * sum(cues.job(token) for token in ends)
    quotes = any(quote.start >= span[0] - 1 and quote.end <= span[1] + 1 for quote in reading.quoted)
    score -= weights.quotation_penalty if quotes else 0
    key = slot.key
    features = (
        f"{key}|is|span",
        f"{key}|length|{min(last - first, 6)}",
        f"{key}|opens|{masked(tokens[first])}",
        f"{key}|closes|{masked(tokens[last])}",
        f"{key}|inner|{any(masked(token) in cues.ends for token in tokens[first + 1 : last + 1])}",
    )
    return place.option(value, score, f"the words “{value[:60]}”", features=features, loose=True)


_OPENING = " \t\n\"'“‘«`([:=,;/|"
_CLOSING = " \t\n\"'”’»`)],.;:?!/|"


def cut_chunks(text: str, span: tuple[int, int]) -> int:
    """Returns at how many ends a span cuts what is written together: `p>hello</p` of `<p>hello</p>`."""
    before, after = text[span[0] - 1 : span[0]], text[span[1] : span[1] + 1]
    return (before not in _OPENING) + (after not in _CLOSING)


def _cuts_or_adds(span: tuple[int, int], reading: ParsedRequest) -> bool:
    """Returns whether the span cuts an identifier or a JSON document, or has other words next to one."""
    return any(
        mention.start < span[1] and span[0] < mention.end and mention.span != span
        for mention in reading.wholes
    )


def _small(token: Token) -> bool:
    """Returns whether a word carries little meaning of its own; `HELP` in capitals does."""
    return token.lower in FUNCTION_WORDS and not (token.text.isupper() and len(token.text) > 1)


def _span_fit(tokens: Sequence[Token], first: int, last: int) -> float:
    """Returns how much a run of words looks like one text: few function words, no mark at its end."""
    weights = active().span
    run = tokens[first : last + 1]
    small = sum(_small(token) for token in run)
    opens = weights.opens_with_function_word if _small(run[0]) else 0
    marked = run[-1].text in ".?!,;:" or run[-1].lower in POLITE_TAILS
    score = weights.final if last == len(tokens) - 1 else 0.0
    score -= weights.function_word_penalty * min(small, 6) + opens
    score -= weights.closes_with_function_word_penalty if _small(run[-1]) else 0
    score -= weights.closes_with_mark_penalty if marked else 0
    score -= weights.inner_mark_penalty if any(token.text in ",;?" for token in run) else 0
    score -= weights.length_penalty * min(len(run), 12) + (weights.whole_request if first == 0 else 0)
    capitalised = all(token.text[0].isupper() or token.text in ",.-'" for token in run)
    return score + (weights.capitalised if capitalised else 0)
