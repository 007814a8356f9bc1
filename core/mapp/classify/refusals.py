"""What a service that gives no data says is wrong: too many requests, no quota, a bad key, out of order.

Statuses say it first. Many services answer with another status, or even with 200, and say it in an error code
or a short message instead. Those only ever decide between failures of a service, for which nothing is spent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

from mapp.model.values import JSONValue

Reason = Literal["quota", "rate_limited", "credential", "down", "moved", ""]
"""What is the matter; "" if nothing says so."""

MAX_WORDS: Final = 4000
"""How many characters of a refusal are read."""
MAX_DEPTH: Final = 8
_CODES: Final = re.compile(
    r"insufficient quota|quota( has been)? exceeded|quota exhausted|(daily|monthly) limit exceeded"
    r"|over (daily|monthly) limit|billing( hard)? (limit|not active|required)|payment required"
    r"|out of credits?"
    r"|(subscription|trial|plan|license|licence) (expired|ended|required|inactive|cance(?:ll|l)ed)"
)
"""Error codes that say that a quota is spent or unpaid."""
_RATE: Final = re.compile(
    r"\brate limit|\btoo many requests\b|\bthrottl|\bslow down\b|\btoo fast\b|\brequest limit\b"
    r"|\bover query limit\b|\bper (second|minute|hour)\b|\bunusual traffic\b|\bcaptcha\b|\brequest rate\b"
)
_QUOTA: Final = re.compile(
    r"\b(insufficient|exceed(ed)?|exhausted|spent|used up|out of|no more)\b.{0,40}"
    r"\b(quota|credits?|funds|allowance)\b"
    r"|\b(quota|credits?|funds|allowance|balance)\b.{0,40}"
    r"\b(exceeded|exhausted|insufficient|spent|too low|used up)\b"
    r"|\b(trial|subscription|plan)\b.{0,20}\b(expired|ended|inactive|cance(?:ll|l)ed)\b"
    r"|\b(daily|monthly|yearly)\b.{0,30}\b(quota|limit|allowance)\b|\bpayment required\b"
)
_CREDENTIAL: Final = re.compile(
    r"\b(invalid|bad|wrong|unknown|expired|revoked|missing|incorrect)( access| api| auth| bearer| refresh)?"
    r" (grant|client|token|key|credentials?|signature|session|login|password)\b"
    r"|\b(token|key|session|credentials?|login)\b( has| have| was| is| are)?( been)?"
    r" (expired|revoked|invalid)\b"
    r"|\bunauthori[sz]ed\b|\bnot (authenticated|logged in|signed in)\b|\bauthentication (required|failed)\b"
    r"|\b(sign|log) ?in (to|required)\b|\blogin required\b|\baccess denied\b"
)
_DOWN: Final = re.compile(
    r"\btemporar(y|ily)\b|\btry (it )?again later\b|\bmaintenance\b|\boverloaded\b|\bunavailable\b"
    r"|\binternal( server)? error\b|\bout of (service|order)\b|\btimed out\b|\bbad gateway\b"
)
_MOVED: Final = re.compile(
    r"\b(retired|deprecated|sunset|discontinued|shut down|switched off|removed|migrate|obsolete)\b"
    r"|\bno longer (supported|available|exists?)\b|\b(use|upgrade to) v\d|\bversion\b"
)
_PASSWORD: Final = re.compile(r"""<input\b[^>]*\btype\s*=\s*["']?password""", re.IGNORECASE)
_SIGN_IN: Final = re.compile(r"[/.'](log-?in|sign-?in|sso|oauth2?|auth|session/new)\b", re.IGNORECASE)
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_TAG: Final = re.compile(r"<[^>]{0,300}>")
_ERRORS: Final = frozenset(
    ["error", "errors", "errorcode", "errormessage", "errormsg", "fault", "exception", "errno", "err"]
)
_FAILED: Final = frozenset(["error", "fail", "failed", "failure", "fault", "denied", "nok", "ko"])


def reason_of(text: str, value: JSONValue, *, strict: bool = False) -> Reason:
    """Returns what a refusal says is the matter: `value` is its body as JSON, `text` the body otherwise.

    A page that asks for a password asks for a credential. With `strict`, only an error code does: the words
    of a refusal may be about the data that was sent.
    """
    if value is None and _PASSWORD.search(text):
        return "credential"
    texts = [*_texts(value)] if value is not None else [_TAG.sub(" ", text[:MAX_WORDS])]
    codes = [_plain(row) for row in texts if " " not in row.strip()]
    if any(_CODES.fullmatch(row) for row in codes):
        return "quota"
    words = " | ".join(map(_plain, texts))[:MAX_WORDS]
    secret = "\n".join(row for row in codes if _CREDENTIAL.fullmatch(row)) if strict else words
    tests: tuple[tuple[Reason, re.Pattern[str], str], ...] = (
        ("rate_limited", _RATE, words),
        ("quota", _QUOTA, words),
        ("credential", _CREDENTIAL, secret),
        ("moved", _MOVED, words),
        ("down", _DOWN, words),
    )
    return next((reason for reason, form, said in tests if form.search(said)), "")


def is_error(value: JSONValue) -> bool:
    """Returns whether a JSON body says that it is an error, whatever its status says.

    >>> is_error({"ok": False, "reason": "…"}), is_error({"error": {"code": 7}}), is_error({"error": None})
    (True, True, False)
    """
    if not isinstance(value, dict):
        return False
    known = {re.sub(r"[^a-z]", "", name.lower()): row for name, row in value.items()}
    if any(known.get(name) not in (None, False, "", 0, [], {}) for name in _ERRORS):
        return True
    if any(known.get(name) is False for name in ("ok", "success", "succeeded", "successful")):
        return True
    if any(
        isinstance(row := known.get(name), str) and row.lower() in _FAILED for name in ("status", "result")
    ):
        return True
    return any(_is_failing(known.get(name)) for name in ("code", "status", "statuscode"))


def asks_to_sign_in(address: str) -> bool:
    """Returns whether an address to which a service redirects is one to sign in at."""
    return bool(_SIGN_IN.search(address))


def _is_failing(value: JSONValue) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 400 <= value < 600


def _texts(value: JSONValue, depth: int = 0) -> Iterator[str]:
    """Yields the texts of a JSON value, outermost first."""
    if isinstance(value, str):
        yield value
    elif depth < MAX_DEPTH and isinstance(value, dict | list):
        for row in value.values() if isinstance(value, dict) else value:
            yield from _texts(row, depth + 1)


def _plain(text: str) -> str:
    """Returns words in lower case, also those of `userRateLimitExceeded` and `RATE_LIMIT_EXCEEDED`."""
    return re.sub(r"[\W_]+", " ", _CAMEL.sub(" ", text[:MAX_WORDS])).strip().lower()
