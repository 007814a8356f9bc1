"""Questions as text for a terminal and as Markdown; whatever an app wrote is quoted and escaped."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from mapp.model.app import Example
from mapp.model.outcome import Declared, Failed, Outcome, Value
from mapp.model.question import GAP, MAX_SHOWN, Question
from mapp.model.values import canonical

MAX_INPUT: Final = 200
MAX_ANSWER: Final = 120
MAX_CODE: Final = 80
"""The longest input, answer and piece of code that are shown, in characters."""
_INVISIBLE: Final = frozenset(["Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"])
_BLANK: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0d\uffa0\U000e0100-\U000e01ef]"
)
"""Letters, marks and symbols that show nothing: Unicode's Default_Ignorable_Code_Point, and the empty
Braille pattern. The two variation selectors that emoji use are left."""
_APART: Final = "<!-- -->"
"""An empty comment, which shows nothing and keeps two characters apart."""
_SPECIAL: Final = re.compile(
    r"""
    (?P<dollar>\$)                                        # GitHub's formulas
    | (?P<apart>[@#]                                      # mentions, issues
        | [!%~&^](?=\w|") | GH(?=-\d)                     # the references of other forges
        | :(?=[\w+-]+:)                                   # emoji
        | \[(?=[ x]\])                                    # task lists
        | www(?=\.) | (?:https?|ftp|mailto|xmpp)(?=:))    # addresses
    | (?P<commit>\b[0-9a-f]{7,40}\b)
    | (?P<markup>[\\`*_{}\[\]()+!|~-] | ^/ | (?<=\d)\.(?=\s|$))
    | (?P<html>[<>&])
    """,
    re.IGNORECASE | re.VERBOSE,
)

Quote = Callable[[str], str]


def question_lines(questions: Sequence[Question]) -> Iterator[str]:
    """Yields lines of plain text that show the first questions, numbered."""
    for number, question in enumerate(questions[:MAX_SHOWN], 1):
        yield f"{number}. {sentence(question)}"
        yield f"   {asked(question)}"
    if len(questions) > MAX_SHOWN:
        yield f"   … and {len(questions) - MAX_SHOWN} more"


def question_markdown(questions: Sequence[Question]) -> str:
    """Returns questions as a numbered list in GitHub's Markdown; "" if there are none.

    Everything that comes from the app is in code spans, where neither markup nor mentions count.
    """
    items = [
        f"{number}. {_sentence(question, code_span, plain_markdown)}  \n   {_asked(question, code_span)}"
        for number, question in enumerate(questions[:MAX_SHOWN], 1)
    ]
    if len(questions) > MAX_SHOWN:
        items.append(f"\n… and {len(questions) - MAX_SHOWN} more")
    return "".join(f"{item}\n" for item in items)


def sentence(question: Question) -> str:
    """Returns what is not tested, in one line of plain text.

    >>> from mapp.model.outcome import Value
    >>> one, five = Value(output=1), Value(output=5)
    >>> says = "nothing tests what happens exactly at {}: {} could be {}"
    >>> code = ("x = 10", ">=", ">")
    >>> arguments = (("x", 10),)
    >>> asking = Question(kind="untested", says=says, code=code, arguments=arguments, app=one, other=five)
    >>> sentence(asking)
    'nothing tests what happens exactly at `x = 10`: `>=` could be `>`'
    >>> asked(asking)
    'for {"x":10} the app answers 1, the other 5. Which is right?'
    """
    return _sentence(question, _ticked, visible)


def asked(question: Question) -> str:
    """Returns the input and both answers, in one line of plain text."""
    return _asked(question, visible)


def example_text(row: Example) -> str:
    """Returns an example in one line of plain text.

    >>> example_text(Example(input=(("x", 10),), output=1))
    'for {"x":10} the answer is 1'
    """
    answer = _cut(canonical(row.output), MAX_ANSWER) if row.error is None else f"the error {row.error}"
    return visible(f"for {_cut(canonical(dict(row.input)), MAX_INPUT)} the answer is {answer}")


def answer_text(outcome: Outcome) -> str:
    """Returns an answer in one line of plain text."""
    return _answer(outcome, visible)


def visible(text: str) -> str:
    r"""Returns a text in one line, with every control, format and separator character as an escape.

    >>> visible("a\u202eb\n\x1b[31m")
    'a\\u202eb\\n\\u001b[31m'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(character) for character in text)


def _escape(character: str) -> str:
    if unicodedata.category(character) not in _INVISIBLE and not _BLANK.match(character):
        return character
    return json.dumps(character)[1:-1] if character != "\x7f" else "\\u007f"


def _sentence(question: Question, quote: Quote, plain: Quote) -> str:
    first, *rest = question.says.split(GAP)
    filled = (
        quote(_cut(code, MAX_CODE)) + plain(text) for code, text in zip(question.code, rest, strict=True)
    )
    place = f"{plain(question.place)}: " if question.place else ""
    more = f" (and {question.alike} like it)" if question.alike else ""
    return f"{place}{plain(first)}{''.join(filled)}{more}"


def _asked(question: Question, quote: Quote) -> str:
    given = quote(_cut(canonical(dict(question.arguments)), MAX_INPUT))
    ours, other = _answer(question.app, quote), _answer(question.other, quote)
    if question.kind == "changed":
        return f"for {given} the answer was {other} and is now {ours}. Which is right?"
    return f"for {given} the app answers {ours}, the other {other}. Which is right?"


def _answer(outcome: Outcome, quote: Quote) -> str:
    match outcome:
        case Value(output=output):
            return quote(_cut(canonical(output), MAX_ANSWER))
        case Declared(error=error):
            return f"the error {quote(_cut(error, MAX_ANSWER))}"
        case Failed(kind=kind, message=message):
            return f"a failure ({quote(_cut(f'{kind}: {message}', MAX_ANSWER))})"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _ticked(code: str) -> str:
    return f"`{visible(' '.join(code.split()))}`"


def code_span(code: str) -> str:
    """Returns a code span whose fence is longer than any run of backticks in the code (CommonMark 6.1)."""
    code = visible(" ".join(code.split()) if "\n" in code else code)
    fence = "`" * (max(map(len, re.findall("`+", code)), default=0) + 1)
    padding = " " if not code.strip() or code[0] in "` " or code[-1] in "` " else ""
    return f"{fence}{padding}{code}{padding}{fence}"


def plain_markdown(text: str) -> str:
    r"""Returns prose in which nothing counts as markup, mention, reference, address, formula or command.

    It is meant for the beginning of a line or any place after it, but not for the inside of code.

    >>> plain_markdown("/close *now*, @all")
    '\\/close \\*now\\*, @<!-- -->all'
    """
    return _SPECIAL.sub(_escaped, visible(text))


def _escaped(found: re.Match[str]) -> str:
    """Returns a special piece of prose so that it shows as it is.

    Forges look for mentions, references, addresses and formulas in the text that markup leaves. A backslash
    does not prevent them, but another node in between does.
    """
    text = found.group()
    match found.lastgroup:
        case "dollar":
            return "<span>$</span>"  # as GitHub's "Writing mathematical expressions" advises
        case "apart" if text in "@#%^:" or text.isalnum():
            return text + _APART
        case "apart":
            return (html.escape(text) if text == "&" else f"\\{text}") + _APART
        case "commit":
            return _APART.join(text[at : at + 6] for at in range(0, len(text), 6))  # of 7 digits it is one
        case "html":
            return html.escape(text, quote=False)
    return f"\\{text}"
