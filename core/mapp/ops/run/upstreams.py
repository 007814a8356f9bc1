"""Asks web services patiently: repeats what is safe to repeat, and leaves alone what keeps failing.

Repeats spend from a budget for each host, so that a service in trouble is not asked more often than before
("retry budget"; the figures are those of the AWS SDKs). After some failures in a row a host is asked nothing
for a while ("circuit breaker"), then once.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlsplit

from mapp.classify.policy import policies
from mapp.errors import MappError
from mapp.observe.upstreams import FULL, Upstream, Upstreams
from mapp.ops.workspace import Workspace

ATTEMPTS: Final = 3
BASE: Final = 0.05
"""Seconds before the first repeat of a request that failed; each further wait is twice as long."""
THROTTLED_BASE: Final = 1.0
"""Seconds before a request is repeated that was one too many, unless the service names another time."""
COST: Final = 14.0
THROTTLED_COST: Final = 5.0
REFUND: Final = 1.0
MAX_PATIENCE: Final = 10.0
"""How many seconds a run may wait between its repeats, all together."""
FAILURES: Final = 5
"""After how many failures in a row a host is left alone."""
PAUSE: Final = 30.0
"""For how many seconds at first; twice as long after each further failure."""
MAX_PAUSE: Final = 600.0
_SAFE: Final = frozenset(["GET", "HEAD", "OPTIONS"])
_DOWN: Final = frozenset(["dns", "connect", "tls", "timeout", "protocol"])
_REPEATED_FAULTS: Final = frozenset(["dns", "connect", "protocol"])
_REPEATED: Final = frozenset([429, 502, 503, 504])

Ask = Callable[[], dict[str, Any]]


class PatientFetcher:
    """Makes the web requests of one run with patience. `retries` counts the repeats."""

    def __init__(self, workspace: Workspace, *, run: str) -> None:
        """The run's id is the seed of the jitter."""
        self._workspace = workspace
        self._known = Upstreams(workspace.home.journal)
        self._jitter = random.Random(run)
        self._left = MAX_PATIENCE
        known = policies(workspace.config.policy)
        self._repeats = {429: known["rate_limited"].retries, 0: known["upstream_down"].retries}
        self.retries = 0

    def fetch(self, document: object, ask: Ask, *, seconds: float) -> dict[str, Any]:
        """Returns the answer or fault of a request; `ask` sends it once, `seconds` are left for all of it."""
        host, is_safe = _host_and_safety(document)
        before = self._state(host)
        now = self._workspace.clock()
        if before.closed_until > now:
            again = f"mapp asks it again in {before.closed_until - now:.0f} s"
            return {"fault": "connect", "message": f"{host} failed {before.failures} times in a row; {again}"}
        after, answer = before, ask()
        for attempt in range(1, ATTEMPTS if is_safe else 1):
            wait, cost = self._wait(answer, attempt)
            if wait is None or wait > min(self._left, seconds) or cost > after.tokens:
                break
            self._left -= wait
            self._workspace.sleep(wait)
            after = replace(after, tokens=after.tokens - cost)
            self.retries += 1
            answer = ask()
        after = self._counted(after, answer)
        if after != before:
            with contextlib.suppress(MappError):
                self._known.put(after)
        return answer

    def _state(self, host: str) -> Upstream:
        with contextlib.suppress(MappError):  # the run itself reports a damaged journal
            return self._known.get(host)
        return Upstream(host=host)

    def _wait(self, answer: dict[str, Any], attempt: int) -> tuple[float | None, float]:
        """Returns the seconds to wait before a request is repeated, None not to repeat it, and the cost."""
        status, jitter = answer.get("status"), 0.5 + self._jitter.random() / 2
        if answer.get("fault") not in _REPEATED_FAULTS and status not in _REPEATED:
            return None, 0.0
        if not self._repeats[429 if status == 429 else 0]:
            return None, 0.0
        asked = _retry_after(answer)
        if status == 429:
            return (
                asked if asked is not None else THROTTLED_BASE * 2 ** (attempt - 1) * jitter
            ), THROTTLED_COST
        return (asked if asked is not None else BASE * 2 ** (attempt - 1) * jitter), COST

    def _counted(self, upstream: Upstream, answer: dict[str, Any]) -> Upstream:
        """Returns a host after an answer: a failure more, or well again."""
        if answer.get("fault") in _DOWN or answer.get("status", 0) >= 500:
            failures = upstream.failures + 1
            pause = min(PAUSE * 2 ** min(failures - FAILURES, 10), MAX_PAUSE) if failures >= FAILURES else 0.0
            until = self._workspace.clock() + pause if pause else 0.0
            return replace(upstream, failures=failures, closed_until=until)
        if "fault" in answer:  # it was not asked
            return upstream
        return replace(upstream, failures=0, closed_until=0.0, tokens=min(FULL, upstream.tokens + REFUND))


def _host_and_safety(document: object) -> tuple[str, bool]:
    if not isinstance(document, dict):
        return "", False
    try:
        host = urlsplit(str(document.get("url"))).hostname or ""
    except ValueError:
        host = ""
    return host, str(document.get("method") or "GET").upper() in _SAFE


def _retry_after(answer: dict[str, Any]) -> float | None:
    """Returns the seconds that a service asks to wait; None if it names none, or a date."""
    headers = answer.get("headers")
    text = str(headers.get("retry-after", "")) if isinstance(headers, dict) else ""
    return float(text[:9]) if text.isascii() and text.isdigit() else None
