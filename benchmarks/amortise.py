"""What a stream of requests costs when every job is written once: calls, tokens, right and wrong matches.

    python -m benchmarks.amortise [REQUESTS] [--model NAME] [--pause SECONDS] [--starter] [--json FILE]

The library on disk, routing, the compile loop with its gate, commits, ledger, index, Anthropic's client, and
all prompts and answers are real. A script answers for the model (`intents`), and a vocabulary that is not
Anthropic's counts the tokens (`metered`). A real model would write other sentences, make other mistakes,
more or fewer of them, and use other numbers of tokens for the same text.

The stream has intents of CLINC-150 by Zipf's law and sentences of the validation rows, drawn with
replacement, so requests recur word for word; one in twenty is out of scope. Apps learn only from the
training rows. The person behind the stream wants each of the 150 jobs done, and nothing else. They confirm a
call of the right app and reject any other. If no app is found, they have one written (the coder may choose
to extend an app that does the job with more wordings), but nothing for requests that are out of scope. After
a wrong answer the right app is written or extended, too.

Reads `clinc150/dev.json` beside the project (`../shared/data`, or where MAPP_BENCH_DATA says).
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from benchmarks.intents import Author, Intent, code, intents_of
from benchmarks.measuring import machine, table, world
from benchmarks.metered import Count, MeteredApi, PromptCache, counter
from benchmarks.route.data import NoData, read_json
from mapp.author.coder import Progress
from mapp.author.coders.anthropic import AnthropicCoder
from mapp.author.errors import CoderFailed
from mapp.author.prices import price_of, prices_date
from mapp.author.prompt import fixed
from mapp.config import load_config
from mapp.index.embedders import choose_embedder
from mapp.model.app import App, Example
from mapp.model.change_spec import CompileSpec
from mapp.model.decision import Ask
from mapp.model.question import Question
from mapp.model.request import Request
from mapp.model.spend import Spend
from mapp.ops.check.gate import USUAL, Options
from mapp.ops.compile.approval import Changed, Duplicate, Estimate
from mapp.ops.compile.compile import compile_app, expand_app, nearest
from mapp.ops.compile.open_coder import open_ledger
from mapp.ops.compile.rounds import AttemptsExhausted
from mapp.ops.compile.second_opinion import Disagreement
from mapp.ops.manage.setup import ensure_library
from mapp.ops.run.ask import Answer, Interaction, ask
from mapp.ops.workspace import Workspace

REQUESTS: Final = 300
WINDOW: Final = 50
OUT_OF_SCOPE: Final = 0.05
SEED: Final = 2024
MODEL: Final = "claude-opus-5-5"
PAUSE: Final = 600.0
"""Simulated seconds between two requests: longer than the prompt cache keeps anything."""
SYSTEM: Final = "You are an assistant. Do what the user asks for and answer in one short sentence."
"""The system prompt of a model that answers each request itself."""

_FIGURES: Final = "requests calls read cached written $ matched asked new extended wrong refused failed"

Came = Literal["matched", "asked", "written", "extended", "wrong", "refused", "failed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """One request of the stream; an intent of "" is out of scope."""

    text: str
    intent: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """The result of one request: who answered it, what that cost, how long it took (seconds).

    `came` is `wrong` when an app of another job ran; what was written afterwards is in `wrote`. `answering`
    and `programming` are what asking a model each time would have cost, in micro-dollars.
    """

    number: int
    text: str
    intent: str
    again: bool
    known: bool
    came: Came
    wrote: str
    app: str
    spend: Spend
    calls: int
    apps: int
    intents: int
    routing: float
    indexing: float
    writing: float
    answering: int
    programming: int


class Willing:
    """A person who allows everything."""

    def approve_spend(self, estimate: Estimate) -> bool:
        return True

    def review_contract(self, app: App, base: App | None) -> str | None:
        return None

    def settle_examples(self, app: App, rows: Sequence[Disagreement]) -> Sequence[Example]:
        """Returns the contract's examples."""
        return [row.example for row in rows]

    def answer_questions(self, app: App, questions: Sequence[Question]) -> Sequence[Example]:
        return ()

    def approve_merge(self, proven: Changed) -> bool:
        return True


@dataclass(kw_only=True)
class Life:
    """A library in use: asked one request after another, it grows as the person wants."""

    workspace: Workspace
    intents: Mapping[str, Intent]
    coder: AnthropicCoder
    author: Author
    cache: PromptCache
    count: Count
    pause: float = PAUSE
    options: Options = USUAL
    rows: list[Row] = field(default_factory=list)

    def live(self, wishes: Sequence[Wish], tell: Callable[[Row], None]) -> list[Row]:
        """Returns a row for each request."""
        for wish in wishes:
            self.cache.now += self.pause
            self.rows.append(self._one(wish))
            tell(self.rows[-1])
        return self.rows

    def _one(self, wish: Wish) -> Row:
        before = self._spent()
        known = wish.intent in self.author.owners.values()
        answer = ask(
            self.workspace,
            Request(text=wish.text),
            interaction=Interaction(confirm=lambda call: self._right(call, wish)),
        )
        served = answer.execution.app if answer.execution else ""
        came = self._judged(answer, served, wish)
        wrote, indexing, began = "", 0.0, time.perf_counter()
        if came in ("refused", "wrong") and wish.intent:
            wrote = self._write(wish)
            writing = time.perf_counter() - began
            if wrote != "failed":
                indexing = dict(ask(self.workspace, Request(text=wish.text), dry_run=True).timings)["open"]
        else:
            writing = 0.0
        after = self._spent()
        answering, programming = self._alternatives(wish)
        return Row(
            number=len(self.rows) + 1,
            text=wish.text,
            intent=wish.intent,
            again=any(row.text == wish.text for row in self.rows),
            known=known,
            came=came if came == "wrong" or not wrote else wrote,  # type: ignore[arg-type]
            wrote=wrote,
            app=served,
            spend=_minus(after[1], before[1]),
            calls=after[0] - before[0],
            apps=len(self.author.owners),
            intents=len({row.intent for row in self.rows if row.intent} | {wish.intent} - {""}),
            routing=sum(seconds for _, seconds in answer.timings),
            indexing=indexing,
            writing=writing,
            answering=answering,
            programming=programming,
        )

    def _right(self, call: Ask, wish: Wish) -> bool:
        return bool(wish.intent) and self.author.owners.get(call.app) == wish.intent

    def _judged(self, answer: Answer, served: str, wish: Wish) -> Came:
        if not served:
            return "refused"
        if self.author.owners.get(served) != wish.intent:
            return "wrong"
        return "asked" if isinstance(answer.decision, Ask) else "matched"

    def _write(self, wish: Wish) -> Came:
        """Has an app written or extended: by the coder's choice, or because the new one is a duplicate."""
        self.author.means(self.intents[wish.intent], wish.text)
        try:
            found = self._compiled(wish)
        except Duplicate:
            app = next(app for app, owner in self.author.owners.items() if owner == wish.intent)
            found = self._expanded(app, wish)
        except (AttemptsExhausted, CoderFailed) as error:
            print(f"given up: {wish.text}: {error.message}")
            return "failed"
        if found.committed is None:
            print(f"not proven: {wish.text}: {found.change.detail}")
            return "failed"
        self.author.owners[found.change.app] = wish.intent
        return "extended" if found.change.kind == "expand" else "written"

    def _compiled(self, wish: Wish) -> Changed:
        near = nearest(self.workspace, wish.text)
        return compile_app(
            self.workspace,
            wish.text,
            person=Willing(),
            watch=_quiet,
            spec=CompileSpec(near=near),
            coder=self.coder,
            options=self.options,
        )

    def _expanded(self, app: str, wish: Wish) -> Changed:
        return expand_app(
            self.workspace,
            app,
            wish.text,
            person=Willing(),
            watch=_quiet,
            coder=self.coder,
            options=self.options,
        )

    def _spent(self) -> tuple[int, Spend]:
        found = open_ledger(self.workspace).groups("model")
        total = sum((group.totals.spend for group in found), Spend())
        return sum(group.totals.rounds for group in found), total

    def _alternatives(self, wish: Wish) -> tuple[int, int]:
        """Returns the cost of asking the model for the answer, and for a program without tests."""
        price, said = self.coder.price, self.count(wish.text)
        intent = self.intents.get(wish.intent)
        words = f"{intent.words}, in brief" if intent else "I cannot do that."
        program = code(intent) if intent else words
        answered = Spend(tokens_in=self.count(SYSTEM) + said, tokens_out=self.count(words))
        programmed = Spend(tokens_in=self.count(fixed("code")) + said, tokens_out=self.count(program))
        return price.charged(answered).cost_micros, price.charged(programmed).cost_micros


def stream_of(
    rows: Sequence[Sequence[str]], strange: Sequence[str], count: int, *, seed: int = SEED
) -> list[Wish]:
    """Returns a stream: intents by Zipf's law in an order drawn once, sentences drawn with replacement."""
    drawn = random.Random(seed)
    names = sorted({intent for _, intent in rows})
    drawn.shuffle(names)
    said = {name: [text for text, intent in rows if intent == name] for name in names}
    weights = [1 / (rank + 1) for rank in range(len(names))]
    found = []
    for _ in range(count):
        if strange and drawn.random() < OUT_OF_SCOPE:
            found.append(Wish(text=drawn.choice(strange), intent=""))
        else:
            (name,) = drawn.choices(names, weights)
            found.append(Wish(text=drawn.choice(said[name]), intent=name))
    return found


def nearness(said: list[list[str]]) -> Any:
    """Returns the similarity of intents: the cosines of the means of their sentences."""
    import numpy as np

    embedder = choose_embedder()
    means = np.stack([embedder.embed(texts).mean(axis=0) for texts in said])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    return means @ means.T


def summary(rows: Sequence[Row], *, window: int = WINDOW) -> list[dict[str, Any]]:
    """Returns the figures of each window of the stream, and of all of it last."""
    parts = [rows[start : start + window] for start in range(0, len(rows), window)]
    named = [(f"{part[0].number}-{part[-1].number}", part) for part in parts]
    return [{"requests": name, **figures(part)} for name, part in [*named, ("all", rows)]]


def figures(rows: Sequence[Row]) -> dict[str, Any]:
    """Returns the sums of some rows; `matched_of_known` counts requests whose job an app did already."""
    spend = sum((row.spend for row in rows), Spend())
    known = [row for row in rows if row.known]
    counts = {
        name: sum(row.came == name for row in rows)
        for name in ("matched", "asked", "written", "extended", "wrong", "refused", "failed")
    }
    return {
        "count": len(rows),
        "calls": sum(row.calls for row in rows),
        "tokens_in": spend.tokens_in,
        "cached_in": spend.cached_in,
        "tokens_out": spend.tokens_out,
        "dollars": spend.cost_micros / 1e6,
        **counts,
        "matched_of_known": sum(row.came == "matched" for row in known) / max(1, len(known)),
        "apps": rows[-1].apps,
        "intents": rows[-1].intents,
        "answering": sum(row.answering for row in rows) / 1e6,
        "programming": sum(row.programming for row in rows) / 1e6,
    }


def show(rows: Sequence[Row], life: Life) -> None:
    """Prints the tables."""
    headings = [*_FIGURES.split(), "matched of known", "apps/intents", "$ answers", "$ programs"]
    cells = [
        [
            str(part["requests"]),
            str(part["calls"]),
            *(f"{part[name]:,}" for name in ("tokens_in", "cached_in", "tokens_out")),
            f"{part['dollars']:.2f}",
            *(
                str(part[name])
                for name in ("matched", "asked", "written", "extended", "wrong", "refused", "failed")
            ),
            f"{part['matched_of_known']:.0%}",
            f"{part['apps']}/{part['intents']}",
            f"{part['answering']:.2f}",
            f"{part['programming']:.2f}",
        ]
        for part in summary(rows)
    ]
    title = f"{len(rows)} requests, {life.coder.model} at the prices of {prices_date()}"
    table(title, headings, cells)
    for line in remarks(rows):
        print(line)
    print(machine())


def remarks(rows: Sequence[Row]) -> list[str]:
    """Returns further figures: repeats, times, the break-even point."""
    again = [row for row in rows if row.again and row.intent]
    free = [row for row in again if row.calls == 0 and row.came in ("matched", "asked")]
    written = [row for row in rows if row.came == "written"]
    cost = statistics.mean(row.spend.cost_micros for row in written) if written else 0.0
    answer = statistics.mean(row.answering for row in rows)
    program = statistics.mean(row.programming for row in rows)
    strange = [row for row in rows if not row.intent]
    return [
        "",
        f"Asked again word for word: {len(again)}; of those {len(free)} cost no token, "
        f"{sum(row.came == 'matched' for row in again)} ran without a question.",
        f"Out of scope: {len(strange)}; of those {sum(row.came == 'wrong' for row in strange)} were run.",
        f"A new app: {cost / 1e6:.3f} dollars; as much as {cost / max(1.0, answer):.0f} answers of the "
        f"model, or {cost / max(1.0, program):.1f} programs without tests.",
        _times("A request that was matched", [row.routing for row in rows if row.came == "matched"]),
        _times("  the same, asked before", [row.routing for row in again if row.came == "matched"]),
        _times("Writing and proving an app, the model's time left out", [row.writing for row in written]),
        _times("The index after a change", [row.indexing for row in rows if row.wrote]),
    ]


def _times(name: str, seconds: Sequence[float]) -> str:
    if not seconds:
        return f"{name}: none"
    return f"{name}: median {statistics.median(seconds):.2f} s, longest {max(seconds):.2f} s"


def _quiet(progress: Progress) -> None:
    """Ignores progress."""


def _minus(more: Spend, less: Spend) -> Spend:
    names = [name for name in Spend.__dataclass_fields__ if name != "model"]
    return Spend(model=more.model, **{name: getattr(more, name) - getattr(less, name) for name in names})


def opened(folder: str, intents: Mapping[str, Intent], **more: Any) -> tuple[Life, MeteredApi]:
    """Returns a new library below a folder, ready to be asked, and the service that its coder uses."""
    model, starter = more.pop("model", MODEL), more.pop("starter", False)
    environment = {**world(folder), "MAPP_STARTER": "true" if starter else "false"}
    limits = dict.fromkeys(("MAPP_BUDGET_CHANGE", "MAPP_BUDGET_DAY", "MAPP_BUDGET_MONTH"), "")
    workspace = Workspace(config=load_config(environment={**environment, **limits}))
    ensure_library(workspace)
    author, cache, count = Author(), PromptCache(), counter()
    api = MeteredApi(author, count, cache)
    coder = AnthropicCoder(model=model, key="none", price=price_of(model), url=api.url)
    life = Life(
        workspace=workspace,
        intents=intents,
        coder=coder,
        author=author,
        cache=cache,
        count=count,
        **more,
    )
    return life, api


def main() -> int:
    """Runs the stream, prints the tables and writes the JSON; returns the exit code."""
    given = _arguments()
    try:
        document = read_json("clinc150/dev.json")
    except NoData as error:
        print(f"skipped: {error}")
        return 0
    intents = intents_of(document["train"], nearness)
    wishes = stream_of(document["val"], [text for text, _ in document["oos_val"]], given.requests)
    with tempfile.TemporaryDirectory() as folder:
        life, api = opened(folder, intents, model=given.model, starter=given.starter, pause=given.pause)
        try:
            rows = life.live(wishes, _tell)
        finally:
            api.close()
            life.workspace.close()
    show(rows, life)
    if given.json is not None:
        found = {"model": given.model, "prices": prices_date(), "machine": machine()}
        found |= {"windows": summary(rows), "rows": [asdict(row) for row in rows]}
        given.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    return 0


def _tell(row: Row) -> None:
    times = "+".join(f"{seconds:.2f}" for seconds in (row.routing, row.writing, row.indexing))
    ran = f" -> {row.app}" if row.came == "wrong" else ""
    said = f"{row.intent or '(out of scope)'}: {row.text[:60]}{ran}"
    print(f"{row.number:4} {row.came:8} {row.spend.cost_micros / 1e6:.3f} {times} s  {said}", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.amortise")
    parser.add_argument("requests", nargs="?", type=int, default=REQUESTS)
    parser.add_argument("--model", default=MODEL)
    parser.add_argument("--pause", type=float, default=PAUSE, help="seconds between requests, for the cache")
    parser.add_argument("--starter", action="store_true", help="begin with the starter apps")
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
