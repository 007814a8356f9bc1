"""A coder that uses Anthropic's Messages API through its own client: streamed, cached, with exact costs."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from mapp.author import answer
from mapp.author.budget import CallLimits, call_limits
from mapp.author.coder import Brief, Files, Progress, Proposal, Watch, proposal
from mapp.author.deadline import DeadlineExceeded, within
from mapp.author.errors import BadAnswer, CoderFailed, CoderRefused, NoCredentials, OverBudget, Unavailable
from mapp.author.prices import Price
from mapp.author.prompt import Prompt, render
from mapp.model.budget import Budget
from mapp.model.spend import Spend

if TYPE_CHECKING:
    import anthropic

SERVICE: Final = "https://api.anthropic.com"
TOOL: Final = "submit"
RETRIES: Final = 2
MAX_OUT: Final = 16_000
BETWEEN_EVENTS: Final = 90.0
"""Seconds of silence after which a stream counts as dead; a live server sends a ping every few seconds."""
TELL_EVERY: Final = 100
"""Tokens between two progress reports."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AnthropicCoder:
    """A model with its price and a key; an empty `url` means Anthropic's own service."""

    model: str
    key: str = field(repr=False)
    price: Price
    url: str = ""
    most_out: int = MAX_OUT

    gives_opinions: ClassVar[bool] = True

    @property
    def name(self) -> str:
        """Returns `anthropic:` and the model."""
        return f"anthropic:{self.model}"

    def max_cost(self, brief: Brief, files: Files, budget: Budget) -> Spend:
        """Returns the cost of an uncached prompt with the longest allowed answer."""
        return self._limits(render(brief, files), budget).max_cost(self.model, self.price)

    def propose(self, brief: Brief, files: Files, budget: Budget, watch: Watch) -> Proposal:
        """Returns what the model submits; raises CoderFailed."""
        if not self.key:
            raise NoCredentials("there is no key for Anthropic", hint="mapp keys set ANTHROPIC")
        prompt = render(brief, files)
        # The cache starts with the tools: their schema is the same in every round, whatever files exist.
        form = answer.schema(brief, dict.fromkeys(brief.may_change, b""))
        limits = self._limits(prompt, budget)
        body = self._request(prompt, form, limits)
        meter = _Meter(model=self.model, price=self.price, limits=limits)
        client = self._client(
            limits, meter
        )  # imports the library, which takes a second, before the clock starts
        try:
            heard = within(
                limits.seconds, lambda told: self._ask(client, body, meter, told), watch, meter.abandoned
            )
        except DeadlineExceeded:
            raise OverBudget(
                f"{self.name} took longer than {limits.seconds:.0f} seconds", spend=meter.spend()
            ) from None
        return _judged(heard, brief, files, meter)

    def _limits(self, prompt: Prompt, budget: Budget) -> CallLimits:
        return call_limits(prompt.size, self.price, budget, max_out=self.most_out)

    def _ask(self, client: anthropic.Anthropic, body: dict[str, Any], meter: _Meter, told: Watch) -> _Heard:
        """Returns the model's answer; turns every error into CoderFailed."""
        import anthropic

        try:
            with client:
                told(Progress(doing=f"asking {self.model}"))
                with client.messages.create(**body) as stream:
                    return _listen(stream, meter, told)
        except CoderFailed:
            raise
        except anthropic.APIError as error:
            raise _explained(error, self.name, meter) from None
        except Exception as error:  # a broken stream raises various errors of the HTTP library
            raise Unavailable(
                f"{self.name} broke off ({type(error).__name__})", spend=meter.spend()
            ) from None

    def _client(self, limits: CallLimits, meter: _Meter) -> anthropic.Anthropic:
        import anthropic

        hooks: Any = {"request": [meter.sending], "response": [meter.answered]}
        return anthropic.Anthropic(
            api_key=self.key,
            base_url=self.url or SERVICE,  # otherwise the client reads it from the environment
            max_retries=RETRIES,
            timeout=min(limits.seconds, BETWEEN_EVENTS),
            http_client=anthropic.DefaultHttpxClient(event_hooks=hooks),
        )

    def _request(self, prompt: Prompt, form: dict[str, Any], limits: CallLimits) -> dict[str, Any]:
        """Returns the body of the request: fixed parts first, each marked for the cache."""
        cached = {"cache_control": {"type": "ephemeral"}}
        words = "Hands in the plan and the complete files."
        return {
            "model": self.model,
            "max_tokens": limits.tokens_out,
            "stream": True,
            "tools": [{"name": TOOL, "description": words, "input_schema": form}],
            "tool_choice": {"type": "tool", "name": TOOL},
            "system": [{"type": "text", "text": prompt.system, **cached}],
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": prompt.stable, **cached},
                        {"type": "text", "text": prompt.fresh},
                    ],
                }
            ],
        }


@dataclass(kw_only=True)
class _Meter:
    """The cost of a call so far. Unknown figures count at their maximum."""

    model: str
    price: Price
    limits: CallLimits
    began: float = field(default_factory=time.monotonic)
    abandoned: threading.Event = field(default_factory=threading.Event)
    sent: int = 0
    answers: int = 0
    streaming: bool = False
    ended: bool = False
    usage: dict[str, int] = field(default_factory=dict)

    def sending(self, request: Any) -> None:
        """Stops a retry that could be paid for twice, or whose result nobody waits for."""
        if self.abandoned.is_set() or self.sent > self.answers:
            raise InterruptedError("not sent again: the first one may have been answered")
        request.extensions["trace"] = self.traced

    def traced(self, event: str, _details: object) -> None:
        """Counts a request when it is sent; one that never got a connection costs nothing."""
        if event.endswith("send_request_headers.started"):
            self.sent += 1

    def answered(self, response: Any) -> None:
        """Counts a response; only a successful one costs anything."""
        self.answers += 1
        self.sent = max(self.sent, self.answers)
        self.streaming = response.status_code == 200

    def hears(self, usage: Any) -> None:
        """Takes over the figures of a `usage`; those of later events beat earlier ones."""
        for name in (
            "input_tokens",
            "cache_read_input_tokens",
            "cache_creation_input_tokens",
            "output_tokens",
        ):
            value = getattr(usage, name, None)
            if value is not None:
                self.usage[name] = int(value)

    def spend(self) -> Spend:
        """Returns the spend: none for refused requests, the worst for one whose end was not heard."""
        seconds = time.monotonic() - self.began
        base = Spend(model=self.model, seconds=seconds, calls=self.sent)
        if not self.streaming and self.sent == self.answers:
            return base
        if "input_tokens" not in self.usage:
            return replace(self.limits.max_cost(self.model, self.price), seconds=seconds, calls=self.sent)
        cached = self.usage.get("cache_read_input_tokens", 0)
        written = self.usage.get("cache_creation_input_tokens", 0)
        said = self.usage.get("output_tokens", 0)
        return self.price.charged(
            replace(
                base,
                tokens_in=self.usage["input_tokens"] + cached + written,
                cached_in=cached,
                written_in=written,
                tokens_out=said if self.ended else max(said, self.limits.tokens_out),
            )
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Heard:
    """A model's answer: the tool's input as JSON text, other text, and the stop reason."""

    submitted: str
    words: str
    stopped: str


def _listen(stream: Iterator[Any], meter: _Meter, told: Watch) -> _Heard:
    """Returns the answer in a stream of events; raises Unavailable if the stream is cut off."""
    submitted, words, stopped = [], [], ""
    heard = next_word = 0
    for event in stream:
        if event.type == "message_start":
            meter.hears(event.message.usage)
        elif event.type == "content_block_delta":
            part = getattr(event.delta, "partial_json", "")
            submitted.append(part)
            words.append(getattr(event.delta, "text", ""))
            heard += len(part)
            if heard // 4 >= next_word:
                told(Progress(doing="writing", tokens_out=heard // 4))
                next_word += TELL_EVERY
        elif event.type == "message_delta":
            meter.hears(event.usage)
            stopped = event.delta.stop_reason or ""
        elif event.type == "message_stop":
            meter.ended = True
    if not meter.ended:
        raise Unavailable("the answer was cut off", hint="try again", spend=meter.spend())
    return _Heard(submitted="".join(submitted), words="".join(words), stopped=stopped)


def _judged(heard: _Heard, brief: Brief, files: Files, meter: _Meter) -> Proposal:
    spend = meter.spend()
    if heard.stopped == "refusal":
        raise CoderRefused(
            f"{meter.model} declined to answer", hint="word the request differently", spend=spend
        )
    if heard.stopped in ("max_tokens", "model_context_window_exceeded"):
        raise BadAnswer(
            f"the answer of {meter.model} did not fit into {meter.limits.tokens_out:,} tokens", spend=spend
        )
    if not heard.submitted:
        raise BadAnswer(f"{meter.model} submitted nothing: {heard.words[:200]!r}", spend=spend)
    try:
        answered, plan = answer.parse(heard.submitted)
    except (ValueError, RecursionError) as error:
        raise BadAnswer(f"the answer of {meter.model} cannot be read: {error}", spend=spend) from None
    return proposal(answered, brief, files, spend, reason=plan)


def _explained(error: anthropic.APIError, name: str, meter: _Meter) -> CoderFailed:
    """Returns the failure for an error of the client; repeats no text from the server."""
    import anthropic

    spend = meter.spend()
    if isinstance(error, anthropic.AuthenticationError | anthropic.PermissionDeniedError):
        return NoCredentials(f"{name} does not accept the key", hint="mapp keys set ANTHROPIC", spend=spend)
    if isinstance(error, anthropic.RateLimitError):
        return Unavailable(f"{name} asks to wait: too many requests", hint="try again later", spend=spend)
    if isinstance(error, anthropic.NotFoundError | anthropic.BadRequestError):
        return BadAnswer(
            f"{name} does not take the request (status {error.status_code})",
            hint="is there a model of that name?",
            spend=spend,
        )
    if isinstance(error, anthropic.APIStatusError):
        return Unavailable(
            f"{name} answered with status {error.status_code}", hint="try again later", spend=spend
        )
    return Unavailable(f"{name} cannot be reached", hint="is the network there?", spend=spend)
