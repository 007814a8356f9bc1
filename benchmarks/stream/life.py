"""A library that lives through the stream: people ask, services change, bugs surface, mapp does what it does.

Sandbox, broker, router, journal, gate, git, canary and ledger are real. Tokens are counted by the metered API
of `benchmarks.metered`. The answers of the coder are known: the true fix for each failure, once a bad one.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

from benchmarks.amortise import SYSTEM, Willing
from benchmarks.classify import network
from benchmarks.classify.drift import walked
from benchmarks.classify.library import START, Engines, World, engines, failing_apps, install, opened
from benchmarks.classify.network import Network, Reply
from benchmarks.classify.scene import same_end
from benchmarks.classify.services import Asked
from benchmarks.gate.corpus import source_of
from benchmarks.metered import Count, MeteredApi, PromptCache, counter
from benchmarks.stream.wishes import SERVICES, Bug, Wish, bugs
from mapp.author.coders.anthropic import AnthropicCoder
from mapp.author.prices import price_of
from mapp.errors import MappError
from mapp.library import branches, read
from mapp.library.commit_app import message, remove
from mapp.model.app import MANIFEST, SOURCE
from mapp.model.arguments import with_defaults
from mapp.model.decision import Ask
from mapp.model.incident import HEALABLE, Incident
from mapp.model.outcome import Declared, Outcome, Value
from mapp.model.request import Request
from mapp.model.spend import Spend
from mapp.model.values import canonical
from mapp.observe.incidents import Incidents
from mapp.ops.compile.open_coder import open_ledger
from mapp.ops.heal.canary import stand_by
from mapp.ops.heal.heal import Healed, heal
from mapp.ops.heal.revert import reverted_heals
from mapp.ops.heal.word import Word, say_wrong
from mapp.ops.manage.rollback import rollback
from mapp.ops.manage.setup import ensure_library
from mapp.ops.run.ask import Interaction, ask
from mapp.ops.run.execute import execute

MODEL: Final = "claude-opus-5-5"
FIRST_DRIFT: Final = 0.3
SECOND_DRIFT: Final = 0.55
"""When the two services change for good, as shares of the stream."""
OUTAGE: Final = (0.68, 0.72)
"""When the first service is down."""

PATIENCE: Final = 300.0
"""How many seconds the services are waited for: the stream is not about a busy machine."""

Came = Literal["right", "asked", "declined", "missed", "wrong", "failed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """How one wish ended.

    `came`: right unasked, right after a question, rightly not answered because nothing fits, not answered
    although `app` fits, wrong, or failed. `ran` is the app that ran, "" if none did. `model` and `micros` are
    the calls and the cost (in millionths of a dollar) that it caused; `each_time` is what asking the model
    for the answer would have cost. `incident` is the class of a new incident. `tried`, `healed`, `back`
    (rolled back), `reverted` and `bad` say what was done, and `why` what kept a heal from landing.
    """

    number: int
    kind: str
    app: str
    again: bool
    came: Came
    ran: str
    model: int
    micros: int
    each_time: int
    incident: str = ""
    tried: bool = False
    healed: bool = False
    back: bool = False
    reverted: int = 0
    bad: bool = False
    why: str = ""


class Author:
    """The model behind the API: hands in the files that were laid out for it."""

    def __init__(self) -> None:
        self.files: Mapping[str, str] = {}

    def __call__(self, body: Mapping[str, Any]) -> Mapping[str, str]:
        """Returns the files."""
        return self.files


@dataclass(frozen=True, kw_only=True, slots=True)
class Repair:
    """What was done about a failure: see `Row`."""

    tried: bool = False
    healed: bool = False
    back: bool = False
    bad: bool = False
    why: str = ""


@dataclass(kw_only=True)
class Life:
    """One library and its person; with `heals` False nothing is ever fixed."""

    world: World
    reference: World
    author: Author
    coder: AnthropicCoder
    cache: PromptCache
    count: Count
    heals: bool
    slipped: bool = False
    rows: list[Row] = field(default_factory=list)
    known: Mapping[str, Bug] = field(default_factory=lambda: {bug.app: bug for bug in bugs()})

    def live(self, wishes: Sequence[Wish], tell: Callable[[Row], None]) -> list[Row]:
        """Returns how each wish of the stream ended."""
        for wish in wishes:
            self.cache.now = wish.at
            for world in (self.world, self.reference):
                world.clock.now = max(world.clock.now, START + wish.at)  # type: ignore[attr-defined]
            self._happen(wish.number / len(wishes))
            self.rows.append(self._one(wish))
            tell(self.rows[-1])
        return self.rows

    def _happen(self, share: float) -> None:
        """Lets happen to the services what happens by now."""
        assert self.world.network is not None
        down = OUTAGE[0] <= share < OUTAGE[1]

        def fault(asked: Asked, reply: Reply) -> Reply:
            if down and asked.host == "api.skywatch.example":
                return replace(reply, status=503, body=b'{"error":"maintenance"}')
            if reply.status == 200 and asked.host == "api.skywatch.example" and share >= FIRST_DRIFT:
                return reply.with_json(walked(reply.json, _renamed))
            if reply.status == 200 and asked.host == "rates.centralbank.example" and share >= SECOND_DRIFT:
                return reply.with_json({"data": reply.json, "version": 2})
            return reply

        self.world.network.fault = fault

    def _one(self, wish: Wish) -> Row:
        calls, spend = self._spent()
        before = {row.id for row in self._incidents()}
        came, run, ran, right = self._asked(wish) if wish.text else self._called(wish)
        if came == "wrong" and right is not None and run and wish.app == ran:
            self._complain(wish, run, right)
        new = [row for row in self._incidents() if row.id not in before]
        done = self._repair(ran) if self.heals and ran else Repair()
        after, cost = self._spent()
        return Row(
            number=wish.number,
            kind=wish.kind,
            app=wish.app,
            again=wish.again,
            came=came,
            ran=ran,
            model=after - calls,
            micros=cost - spend,
            each_time=self._each_time(wish, right),
            incident=new[0].failure if new else "",
            tried=done.tried,
            healed=done.healed,
            back=done.back,
            reverted=len(reverted_heals(self.world, ran)) if ran else 0,
            bad=done.bad,
            why=done.why,
        )

    def _asked(self, wish: Wish) -> tuple[Came, str, str, Outcome | None]:
        """Asks in plain words; the person confirms a call that is right, and no other."""

        def confirm(call: Ask) -> bool:
            return call.app == wish.app

        try:
            answer = ask(self.world, Request(text=wish.text), interaction=Interaction(confirm=confirm))
        except MappError:
            return "failed", "", "", None
        done = answer.execution
        if done is None:
            return "missed" if wish.app else "declined", "", "", None
        right = self._right(wish.app, dict(wish.arguments)) if wish.app else None
        if done.app != wish.app or not self._is_right(wish, done.outcome, right):
            ended = isinstance(done.outcome, Value | Declared)
            return "wrong" if ended else "failed", done.run, done.app, right
        return "asked" if answer.confirmed else "right", done.run, done.app, right

    def _called(self, wish: Wish) -> tuple[Came, str, str, Outcome | None]:
        """Calls an app as a program does."""
        right = self._right(wish.app, dict(wish.arguments))
        try:
            done = execute(self.world, wish.app, dict(wish.arguments))
        except MappError:
            return "failed", "", wish.app, right
        if same_end(done.outcome, right):
            return "right", done.run, done.app, right
        if isinstance(done.outcome, Value):
            return "wrong", done.run, done.app, right
        return "failed", done.run, done.app, right

    def _is_right(self, wish: Wish, outcome: Outcome, right: Outcome | None) -> bool:
        """Returns whether an outcome is right; of an app that draws by chance, whether there is an output."""
        by_chance = read.load(self.world.home, wish.app).manifest.capabilities.random
        both = isinstance(outcome, Value) and isinstance(right, Value)
        return (by_chance and both) or same_end(outcome, right)

    def _right(self, name: str, arguments: Mapping[str, Any]) -> Outcome | None:
        """Returns what the app answers that has no bug and whose services are as they were."""
        try:
            return execute(self.reference, name, arguments).outcome
        except MappError:
            return None

    def _complain(self, wish: Wish, run: str, right: Outcome) -> None:
        """Says what was wrong with a run: what mapp filled in, else the answer."""
        called, _ = self.world.journal.run(run)
        manifest = read.load(self.world.home, wish.app).manifest
        meant = with_defaults(manifest, dict(wish.arguments))
        try:
            if called.input is not None and with_defaults(manifest, json.loads(called.input)) != meant:
                say_wrong(self.world, run, Word(arguments=canonical(dict(wish.arguments))))
                return
            match right:
                case Value(output=output):
                    say_wrong(self.world, run, Word(expected=canonical(output)))
                case Declared(error=error):
                    say_wrong(self.world, run, Word(error=error))
        except MappError as error:
            print(f"the word was not taken: {error.message}")

    def _repair(self, name: str) -> Repair:
        """Does what mapp advises for the newest failure of an app: rolls back, or heals, once badly."""
        if name not in {*self.known, *FIXES} or self._is_fixed(name):
            return Repair()
        if any(row.failure == "regression" for row in self._incidents(name)):
            rollback(self.world, name)
            return Repair(back=True)
        open_ones = [row for row in self._incidents(name) if row.healable and row.failure in HEALABLE]
        if not open_ones:
            return Repair()
        if name in self.known and not self.slipped:
            self.slipped = True
            self._slip(self.known[name], open_ones[0])
            return Repair(bad=True)
        self.author.files = {SOURCE: self._fixed(name)}
        try:
            done = heal(self.world, open_ones[0], person=Willing(), watch=lambda _: None, coder=self.coder)
        except MappError as error:
            return Repair(tried=True, why=error.message)
        return Repair(tried=True, healed=done.healed, why=_why(done))

    def _slip(self, bug: Bug, incident: Incident) -> None:
        """Merges a bad heal as if the gate had let it in."""
        trailers = {
            "Mapp-Operation": "heal",
            "Mapp-Incident": incident.id,
            "Mapp-Fingerprint": incident.fingerprint,
            "Mapp-Verdict": "forced; failed: examples",
        }
        app = read.load(self.world.home, bug.app)
        version = app.manifest.version
        manifest = bug.files[MANIFEST].decode().replace('version = "1.0.0"', f'version = "{_next(version)}"')
        worse = source_of(bug.files[SOURCE].decode(), bug.worse).encode()
        row = json.dumps({"input": dict(bug.patch.witness or {}), "valid": "any"}) + "\n"
        files = {
            **bug.files,
            SOURCE: worse,
            MANIFEST: manifest.encode(),
            "tests/regressions.jsonl": row.encode(),
        }
        name, who = f"heal/{incident.id}", self.world.signature()
        branches.begin(self.world.home, bug.app, name)
        branches.grow(self.world.home, bug.app, name, files, message("a bad fix", trailers), who)
        branches.merge(self.world.home, bug.app, name, message(f"{bug.app}: bad", trailers), who)

    def _is_fixed(self, name: str) -> bool:
        return read.load(self.world.home, name).source == self._fixed(name)

    def _fixed(self, name: str) -> str:
        """Returns the true fix of an app: it knows the old and the new form of its service's answers."""
        if name in self.known:
            return self.known[name].files[SOURCE].decode()
        return FIXES[name](failing_apps()[name][SOURCE].decode())

    def _incidents(self, name: str | None = None) -> list[Incident]:
        return Incidents(self.world.home.journal).all(name, open=True)

    def _spent(self) -> tuple[int, int]:
        found = open_ledger(self.world).groups("model")
        return sum(group.totals.rounds for group in found), sum(
            group.totals.spend.cost_micros for group in found
        )

    def _each_time(self, wish: Wish, right: Outcome | None) -> int:
        """Returns what the model would cost that answers this itself."""
        said = self.count(wish.text or f"{wish.app} {json.dumps(dict(wish.arguments))}")
        answer = canonical(right.output) if isinstance(right, Value) else "I cannot do that."
        spend = Spend(tokens_in=self.count(SYSTEM) + said, tokens_out=self.count(answer))
        return self.coder.price.charged(spend).cost_micros


def _why(done: Healed) -> str:
    """Returns what kept a heal from landing, "" if it landed."""
    if done.healed:
        return ""
    verdict = None if done.changed is None else done.changed.verdict
    failed = () if verdict is None else verdict.results
    checks = [f"{row.check}: {'; '.join(map(str, row.problems[:2]))}" for row in failed if not row.passed]
    return done.why or " | ".join(checks) or "not merged"


def _renamed(name: str, value: Any) -> tuple[str, Any]:
    return {"temp_c": "temperature_celsius", "wind_kph": "wind_speed_kph"}.get(name, name), value


def _weather(source: str) -> str:
    """Returns the app that also reads the names that the service uses now."""
    return source.replace(
        "    body = JSON.parse(answer.body);\n",
        "    body = JSON.parse(answer.body);\n    if (body?.current) body.current = known(body.current);\n",
    ).replace(
        "function isWeather(",
        "function known(current) {\n"
        "  const { temperature_celsius, wind_speed_kph } = current;\n"
        "  return { temp_c: temperature_celsius, wind_kph: wind_speed_kph, ...current };\n"
        "}\n\nfunction isWeather(",
    )


def _rates(source: str) -> str:
    """Returns the app that also takes the rates out of the envelope in which they come now."""
    return source.replace("  return body;\n", "  return body.data ?? body;\n")


FIXES: Final[Mapping[str, Callable[[str], str]]] = {"weather-now": _weather, "currency-now": _rates}


def _next(version: Any) -> str:
    major, minor, patch = str(version).split(".")
    return f"{major}.{minor}.{int(patch) + 1}"


def born(
    place: Path, network: Network, healthy: Network, shared: Engines, *, heals: bool
) -> tuple[Life, MeteredApi]:
    """Returns a library with starter apps, two that use the web and some with a bug, and its coder's API."""
    limits = dict.fromkeys(("MAPP_BUDGET_CHANGE", "MAPP_BUDGET_DAY", "MAPP_BUDGET_MONTH"), "")
    settings = {"MAPP_STARTER": "true", **limits}
    worlds = []
    for name, web in (("used", network), ("reference", healthy)):
        folder = place / name
        folder.mkdir(parents=True)
        world = opened(folder, web, shared, **settings)
        ensure_library(world)
        for app in SERVICES:
            install(world, failing_apps()[app])
        worlds.append(world)
    world, reference = worlds
    world.stand_by = stand_by
    for bug in bugs():
        source = source_of(bug.files[SOURCE].decode(), bug.patch)
        manifest = bug.files[MANIFEST].decode()
        if bug.updated:
            manifest = manifest.replace('version = "1.0.0"', 'version = "1.0.1"')
        else:
            remove(world.home, bug.app)
        install(world, {**bug.files, SOURCE: source.encode(), MANIFEST: manifest.encode()})
    author, cache, count = Author(), PromptCache(), counter()
    api = MeteredApi(author, count, cache)
    coder = AnthropicCoder(model=MODEL, key="none", price=price_of(MODEL), url=api.url)
    life = Life(
        world=world,
        reference=reference,
        author=author,
        coder=coder,
        cache=cache,
        count=count,
        heals=heals,
    )
    return life, api


def lived(wishes: Sequence[Wish], heals: bool) -> list[Row]:
    """Returns how each wish ended in a library of its own."""
    with (
        network.opened() as web,
        network.opened() as healthy,
        tempfile.TemporaryDirectory() as place,
        engines() as shared,
    ):
        web.seconds = healthy.seconds = PATIENCE
        life, api = born(Path(place), web, healthy, shared, heals=heals)
        try:
            return life.live(wishes, _tell)
        finally:
            api.close()
            life.world.close()
            life.reference.close()


def _tell(row: Row) -> None:
    done = ", healed" if row.healed else ", badly healed" if row.bad else ", rolled back" if row.back else ""
    told = f", {row.incident}" if row.incident else ""
    why = f" ({row.why})" if row.why else ""
    line = f"{row.number:4} {row.kind:8} {row.app:20} {row.came}{told}{done}{why}"
    print(line, file=sys.stderr, flush=True)
