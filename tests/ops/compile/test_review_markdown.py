"""A change under review as Markdown, whatever apps, coders and people wrote into it."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt

from mapp.model.app import Example
from mapp.model.change import Change
from mapp.model.change_spec import HealSpec
from mapp.model.incident import Incident
from mapp.model.outcome import Value
from mapp.model.question import Question
from mapp.model.question_text import visible
from mapp.model.spend import Spend
from mapp.model.verdict import Finding, Result, Verdict
from mapp.ops.compile.review import Reviewed
from mapp.ops.compile.review_markdown import MAX_BODY, fenced, review_markdown
from support.markdown import COMMAND, FORGES, HARMLESS, STRUCTURE, counted, markup, parsed

GOLDEN = Path(__file__).with_name("review-of-a-heal.md")

HOSTILE = [
    "@everybody look, and #1 and GH-1",
    "<script>alert(1)</script><img src=x onerror=alert(1)><!-- hidden",
    "[click](https://evil.example) ![x](https://evil.example/x.png) <https://evil.example> https://evil.example",
    "``` \n# title\n```js\n~~~\n</details>\n- item\n> quote",
    "a | b | c\n| --- | --- |\n| x | y |",
    "````````````` x `` y ```",
    "\x1b[31mred\x1b[0m \u202egnp.exe\u2066 \u200bzero\ufeff\x00\x07\r\n",
    "*bold* _under_ ~~gone~~ **x** \\ & &amp; &lt;b&gt;",
    "# heading\n\n1. list\n\n---\n\n\ttab",
    "[ref]: https://evil.example 'x'\n[ref]",
    "x" * 200_000,
    "\n".join(f"line {number}" for number in range(20_000)),
    "https://evil.example/" + "`" * 5 + "www.evil.example evil@example.com",
]


def _verdict(**words: str) -> Verdict:
    said = words.get("said", "gave 6 instead of 4")
    question = Question(
        kind="changed",
        says="the new version gives another answer, and no test says that it should, wherever {}",
        code=(words.get("code", "number < 0"),),
        arguments=(("number", words.get("value", -1)),),
        app=Value(output=words.get("value", -2)),
        other=Value(output=2),
    )
    return Verdict(
        app="double",
        version="1.0.1",
        tree="t" * 40,
        base="b" * 40,
        kind="heal",
        mapp="0.1.0",
        engine="quickjs",
        seed=1,
        inputs=100,
        results=(
            Result(check="examples", status="passed", counted=12),
            Result(check="replay", status="skipped"),
            Result(
                check=words.get("check", "differential"),
                status="failed",
                counted=1_400,
                problems=tuple(Finding(path=f"input {number}", message=said) for number in range(7)),
                questions=(question,),
            ),
        ),
    )


def _reviewed(text: str = "", **more: Any) -> Reviewed:
    """Returns a heal under review; `text` is written wherever an app, a coder or a person can write."""
    change = Change(
        id="0197a0b0-0000-7000-8000-000000000001",
        began=1_700_000_000.0,
        app="double",
        request=text or "double fails for 13",
        coder="scripted",
        spec=HealSpec(
            base="b" * 40,
            incident="0197a0b0-0000-7000-8000-000000000002",
            fingerprint="v1:0a1b2c",
            failure="code_bug",
            run="0197a0b0-0000-7000-8000-000000000003",
            case=Example(input=(("number", 13),), output=26),
            truth="person",
        ),
        state="proven",
    )
    incident = Incident(
        id="0197a0b0-0000-7000-8000-000000000002",
        app="double",
        failure="code_bug",
        fingerprint="v1:0a1b2c",
        version="1.0.0",
        commit="c" * 40,
        tree="t" * 40,
        first=1_700_000_000.0,
        last=1_700_003_600.0,
        run="0197a0b0-0000-7000-8000-000000000003",
        runs=3,
        expected=json.dumps({"output": text or 26}, ensure_ascii=False),
        why=text or "it should double 13 as well",
        facts=(("message", text or "TypeError: x"), ("reproduced", "2 of 2")),
    )
    found = Reviewed(
        change=change,
        interface=(text or "patch: version was 1.0.0",),
        difference=(
            "--- a/main.js",
            "+++ b/main.js",
            "@@ -1,3 +1,2 @@",
            "-  if (input.number === 13) throw new TypeError('x');",
            f"+  // {text or 'every number'}",
        ),
        verdict=_verdict(**({"said": text, "code": text, "value": text, "check": text} if text else {})),
        spend=Spend(tokens_in=12_345, tokens_out=678, cost_micros=123_456, calls=2),
        calls=(),
        before={},
        after={},
        incident=incident,
        evidence=(("input", text or '{"number":13}'), (text or "outcome", text or "threw TypeError: x")),
    )
    return replace(found, **more)


def test_a_heal_as_markdown() -> None:
    assert review_markdown(_reviewed()) == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_apps_and_people_wrote_is_text_and_nothing_else(text: str) -> None:
    _is_text_alone(text)


@given(markup())
@settings(max_examples=40)
def test_no_combination_of_markup_is_more_than_text(text: str) -> None:
    _is_text_alone(text)


@pytest.mark.sweep
@given(markup())
@settings(max_examples=5_000)
def test_no_combination_of_markup_is_more_than_text_in_a_long_search(text: str) -> None:
    _is_text_alone(text)


def _is_text_alone(text: str) -> None:
    """Asserts that a review has the structure of one that says nothing, whatever `text` is."""
    said = review_markdown(_reviewed(text))
    tokens, ours = parsed(said), parsed(review_markdown(_reviewed("x")))
    for kind in STRUCTURE:
        assert counted(tokens, kind) == counted(ours, kind), kind
    inner = [child for token in tokens for child in token.children or ()]
    assert {child.type for child in inner} <= {
        "text", "code_inline", "softbreak", "hardbreak", "strong_open", "strong_close", "html_inline"
    }  # fmt: skip
    assert {child.content for child in inner if child.type == "html_inline"} <= HARMLESS
    assert not FORGES.search("\x00".join(child.content for child in inner if child.type == "text"))
    assert all(c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Zl", "Zp", "Co", "Cn") for c in said)
    assert not COMMAND.search("\n".join(token.content for token in tokens if token.type == "inline"))
    assert len(said) <= MAX_BODY


@pytest.mark.parametrize("address", ["https://evil.example", "www.evil.example", "HTTP://x.example", "GH-1"])
def test_an_address_in_prose_is_not_linked_by_the_forge(address: str) -> None:
    said = review_markdown(_reviewed(f"see {address}"))

    tokens = MarkdownIt("commonmark").enable("table").parse(said)
    texts = [child.content for token in tokens for child in token.children or () if child.type == "text"]
    assert any(text.startswith("see ") for text in texts)
    assert not [text for text in texts if address in text]


def test_a_fence_is_longer_than_any_in_the_text_and_a_long_text_is_cut() -> None:
    shown = fenced("a\n````js\nb\n" + "c\n" * 1000, "js", most=3)

    assert shown.splitlines() == ["`````js", "a", "````js", "b", "… and 1001 more lines", "`````"]
    assert len(fenced("x" * 10_000)) < 320


@given(markup())
def test_a_text_in_a_fence_stays_in_it(text: str) -> None:
    tokens = parsed(f"{fenced(text)}\n\nb")

    assert [token.type for token in tokens] == ["fence", "paragraph_open", "inline", "paragraph_close"]
    assert tokens[0].content == "".join(f"{visible(row.expandtabs(4))}\n" for row in text.split("\n"))


def test_a_change_without_incident_verdict_or_files_is_shown_too() -> None:
    found = _reviewed(incident=None, evidence=(), verdict=None, difference=(), interface=())

    assert review_markdown(found).count("###") == 1
