"""What people send to the apps of `benchmarks/data/failing_apps`: valid, and answered while all is well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from benchmarks.classify.services import ARTICLES, BOOKS, CHANNELS, CITIES, HOLIDAYS, RATES

Row = Mapping[str, Any]
_TURNS: Final = ("normal", "high", "low")
_APART: Final = ("Ann", "Bob"), ("Ann", "Cem")
_TITLES: Final = (
    "Login page is slow", "Rotate the backup key", "Footer overlaps on phones", "Typo in the invoice mail",
    "Search finds nothing with an umlaut", "Export times out", "Dark mode flickers", "Update the licence",
)  # fmt: skip
_NAMES: Final = ("Ann", "Bob", "Cem", "Dora", "Eli", "Fay", "Gus", "Hana", "Ivo", "Jun")


def inputs_of(name: str) -> tuple[Row, ...]:
    """Returns at least six inputs of an app."""
    return tuple(INPUTS[name])


INPUTS: Final[Mapping[str, Sequence[Row]]] = {
    "weather-now": [
        {"city": city, "units": "imperial" if at % 3 == 2 else "metric"} for at, city in enumerate(CITIES)
    ],
    "currency-now": [
        {"amount": 12.5 + 40 * at, "from": one, "to": other}
        for at, (one, other) in enumerate(zip(RATES, [*RATES][1:], strict=False))
    ],
    "repo-stats": [
        {"owner": owner, "repository": name}
        for owner in ("acme", "globex", "initech")
        for name in ("rocket", "anvil", "tunnel.js", "paint_brush")
    ],
    "book-by-isbn": [{"isbn": isbn} for isbn in BOOKS] + [{"isbn": "978-0-262-03384-8"}],
    "public-holidays": [
        {"country": country, "year": year} for year in (2026, 2025, 2024) for country in HOLIDAYS
    ],
    "parcel-track": [{"code": f"RB{number}NO"} for number in range(123456789, 123456801)],
    "ticket-create": [
        {"project": ("WEB", "OPS", "APP")[at % 3], "title": title, "priority": _TURNS[at % 3]}
        for at, title in enumerate(_TITLES)
    ],
    "message-send": [
        {"channel": CHANNELS[at % len(CHANNELS)], "text": title} for at, title in enumerate(_TITLES)
    ],
    "order-supplies": [{"sku": sku, "quantity": count} for count in (1, 12, 40) for sku in ARTICLES],
    "ticket-export": [{"project": name} for name in ("WEB", "APP", "OPS", "WEB", "APP", "OPS")],
    "reading-list": [{"action": "add", "title": title} for title in _TITLES],
    "habit-streak": [
        {"habit": habit} for habit in ("running", "Piano", "reading", "water the plants", "yoga", "Spanish")
    ],
    "shift-countdown": [
        {"start": f"{hour:02}:{30 * (hour % 2):02}:00Z", "skip_weekends": hour % 3 == 0}
        for hour in range(0, 24, 3)
    ],
    "raffle-draw": [{"names": list(_NAMES[: 2 + at]), "winners": 1 + at % 2} for at in range(8)],
    "invoice-total": [
        {"lines": [{"quantity": count, "price": 9.95 + at}, {"quantity": 1, "price": 40}], "tax": 5 * at}
        for at, count in enumerate((1, 3, 9, 10, 99, 100, 999, 1000))
    ],
    "opening-hours": [
        {"text": text}
        for text in (
            "Mon-Fri 9:00-17:30; Sat 10-14",
            "Sun 11-12:15",
            "Sat-Mon 8-9",
            "Tue 7:30-16; Thu 12-20:45",
            "Mon-Sun 0-24",
            "Wed 9-12; Wed 13-18",
            "Fri-Sun 18:00-23:59",
        )
    ],
    "seating-plan": [
        {
            "guests": list(_NAMES[: 3 + at]),
            "apart": [list(pair) for pair in _APART[: 1 + at % 2]],
            "seats": 2 + at,
        }
        for at in range(7)
    ],
}
