"""Names: runs of capitalised words, and street addresses."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from mapp.route.read.lexicon import FUNCTION_WORDS
from mapp.route.read.mention import Mention, mention_at
from mapp.route.read.tokens import Token, word_set

_TITLES = word_set("mr mrs ms dr prof st mt ft jr sr") | frozenset("abcdefghijklmnopqrstuvwxyz")


_INNER = frozenset({"of", "the", "de", "la", "von", "van", "du", "del"})


_ACRONYMS = word_set("id ids api url uri uuid ip http https json xml csv sql pin ok am pm")


def names_in(text: str, tokens: Sequence[Token]) -> Iterator[Mention]:
    """Yields runs of capitalised words, and pairs of them joined by a comma or by `and`."""
    runs = list(_name_runs(text, tokens))
    for run in runs:
        yield _name(text, tokens, run, soft=_opens_sentence(text, tokens, run))
    for run in runs:
        house = tokens[run[0] - 1] if run[0] else None
        if house and house.text.isdigit() and len(house.text) <= 5 and house.end + 1 == tokens[run[0]].start:
            span = (house.start, tokens[run[1]].end)
            yield mention_at(text, "address", span, text[slice(*span)])
    for left, right in pairwise(runs):
        between = [token.lower for token in tokens[left[1] + 1 : right[0]]]
        if between == [","] or between == ["and"] or between == ["&"]:
            yield _name(
                text,
                tokens,
                (left[0], right[1]),
                soft=between != [","] or _opens_sentence(text, tokens, left),
            )


def _name(text: str, tokens: Sequence[Token], run: tuple[int, int], *, soft: bool) -> Mention:
    start, end = tokens[run[0]].start, tokens[run[1]].end
    if text[start:end].endswith(("'s", "’s")):
        end -= 2
    return mention_at(text, "name", (start, end), text[start:end], soft=soft)


def _name_runs(text: str, tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    place = 0
    while place < len(tokens):
        if not _capital(text, tokens, place):
            place += 1
            continue
        last = _end_of_name(text, tokens, place)
        words = [token.lower for token in tokens[place : last + 1]]
        if not all(word in _ACRONYMS or word in FUNCTION_WORDS for word in words):
            yield place, last
        place = last + 1


def _capital(text: str, tokens: Sequence[Token], place: int) -> bool:
    token = tokens[place]
    glued = text[token.start - 1 : token.start] + text[token.end : token.end + 1]
    if not token.text[0].isupper() or token.lower.split("'")[0] in ("i", "what", "who"):
        return False
    return not any(mark.isdigit() or mark in "_/=%" for mark in glued)


def _end_of_name(text: str, tokens: Sequence[Token], first: int) -> int:
    last = first
    while last + 1 < len(tokens) and last - first < 12:
        if _capital(text, tokens, last + 1) and not tokens[last].lower.endswith("'s"):
            last += 1
        elif last + 2 < len(tokens) and _capital(text, tokens, last + 2) and _joins(tokens, last + 1):
            last += 2
        else:
            break
    if _initial_dot(tokens, last):
        return last + 1
    return last + 2 if _hyphened(tokens, last) else last


def _hyphened(tokens: Sequence[Token], last: int) -> bool:
    """Returns whether a hyphen joins a lower-case word to the name: `Gluten-free`."""
    ends = [token.end for token in tokens[last : last + 2]]
    return [token.start for token in tokens[last + 1 : last + 3]] == ends and tokens[last + 1].text == "-"


def _joins(tokens: Sequence[Token], place: int) -> bool:
    """Returns whether the token joins parts of a name: `of`, a hyphen, an apostrophe, an initial's dot."""
    before, token, after = tokens[place - 1 : place + 2]
    glued = token.start == before.end
    if token.text == ".":
        return glued and ((after.start == token.end and len(before.text) <= 2) or before.lower in _TITLES)
    return token.lower in _INNER or (token.text in "-'’&" and glued and after.start == token.end)


def _initial_dot(tokens: Sequence[Token], last: int) -> bool:
    """Returns whether the dot after the last word belongs to it: `Washington, D.C.`"""
    if last + 1 >= len(tokens) or last < 2 or tokens[last + 1].text != ".":
        return False
    return (
        len(tokens[last].text) == 1
        and tokens[last - 1].text == "."
        and tokens[last + 1].start == tokens[last].end
    )


def _opens_sentence(text: str, tokens: Sequence[Token], run: tuple[int, int]) -> bool:
    """Returns whether the word may be capitalised only because it starts a sentence or a quotation."""
    first, last = run
    before = text[: tokens[first].start].rstrip()
    opens = not before or before[-1] in ".?!:\n\"'“"
    return (first == last and (opens or tokens[first].lower in FUNCTION_WORDS)) or (
        opens and tokens[first].lower in FUNCTION_WORDS
    )
