"""The web services that the apps of `benchmarks/data/failing_apps` use: what each answers while all is well.

A service is a function of the request alone, so that the same request always gets the same answer. What it
says of a name that it knows is made from the name's hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, Any]
"""A status and a JSON value."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A request as a service sees it; header names are in lower case."""

    host: str
    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def parts(self) -> list[str]:
        """Returns the parts of the path."""
        return [part for part in urlsplit(self.target).path.split("/") if part]

    @property
    def query(self) -> dict[str, str]:
        """Returns the first value of each parameter."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.target).query).items()}

    @property
    def json(self) -> Any:
        """Returns the body as JSON."""
        return json.loads(self.body or b"null")


NOT_FOUND: Final[Answer] = (404, {"error": "not_found"})
CITIES: Final = (
    "Bergen", "Lisbon", "Phoenix", "Wellington", "Nairobi", "Quito", "Osaka", "Tromsø", "Perth", "Lagos",
    "Reykjavik", "Lima", "Hanoi", "Tallinn", "Cork", "Malmö", "Graz", "Turin", "Accra", "Bogotá",
)  # fmt: skip
SKIES: Final = ("Clear", "Partly cloudy", "Light rain", "Snow showers", "Fog", "Overcast")
RATES: Final = {
    "EUR": 1.0, "USD": 1.0832, "GBP": 0.8571, "JPY": 161.42, "CHF": 0.9512, "SEK": 11.402, "NOK": 11.731,
    "DKK": 7.4589, "PLN": 4.2915, "CZK": 25.214, "HUF": 389.75, "AUD": 1.6473, "CAD": 1.4702,
}  # fmt: skip
BOOKS: Final = {
    "9780134685991": ("Effective Java", None, ("Joshua Bloch",), "December 2017", 412),
    "0201038013": ("The Art of Computer Programming", "Volume 1", ("Donald E. Knuth",), "1968", 634),
    "9780262033848": (
        "Introduction to Algorithms",
        None,
        ("Thomas H. Cormen", "Charles E. Leiserson", "Ronald L. Rivest"),
        "2009-07-31",
        1292,
    ),
    "0131103628": (
        "The C Programming Language",
        None,
        ("Brian W. Kernighan", "Dennis M. Ritchie"),
        "1988",
        None,
    ),
    "9780596517748": ("JavaScript", "The Good Parts", ("Douglas Crockford",), "May 2008", 176),
}
HOLIDAYS: Final = {
    "NO": (("01-01", "New Year's Day"), ("05-01", "Labour Day"), ("05-17", "Constitution Day"),
           ("12-25", "Christmas Day"), ("12-26", "St. Stephen's Day")),
    "GB": (("01-01", "New Year's Day"), ("05-26", "Spring Bank Holiday"), ("08-25", "Summer Bank Holiday"),
           ("12-25", "Christmas Day"), ("12-26", "Boxing Day")),
    "JP": (("02-11", "Foundation Day"), ("04-29", "Shōwa Day"), ("05-03", "Constitution Memorial Day"),
           ("11-03", "Culture Day")),
    "BR": (("04-21", "Tiradentes"), ("09-07", "Independence Day"), ("11-15", "Republic Day")),
}  # fmt: skip
EVENTS: Final = ("ACC", "TRA", "CUS", "TRA", "OFD", "DLV")
TOWNS: Final = (("Oslo", "NO"), ("Gdańsk", "PL"), ("Leeds", "GB"), ("Gent", "BE"), ("Turku", "FI"))
ARTICLES: Final = {
    "PEN-001": ("Ballpoint pen", 0.85, 350),
    "PAP-080": ("Copy paper, 500 sheets", 4.2, 120),
    "BOX-012": ("Archive box", 2.95, 60),
    "CLI-100": ("Paper clips, 100 pieces", 1.1, 900),
}
CHANNELS: Final = ("general", "releases", "support", "random")
PROJECTS: Final = {"WEB": 23, "OPS": 7, "APP": 41, "DATA": 0}
PAGE: Final = 10


def _number(text: str, below: int) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") % below


def weather(asked: Asked) -> Answer:
    """Answers `GET /v1/current?q=CITY`."""
    city = next((name for name in CITIES if name.lower() == asked.query.get("q", "").lower()), None)
    if city is None:
        return 404, {"error": "no_such_city"}
    temperature = _number(f"{city} t", 600) / 10 - 20
    current = {
        "temp_c": round(temperature, 1),
        "feels_like_c": round(temperature - 1.5, 1),
        "wind_kph": _number(f"{city} w", 700) / 10,
        "humidity": _number(f"{city} h", 60) + 30,
        "condition": {"text": SKIES[_number(f"{city} s", len(SKIES))], "code": 1000 + _number(city, 9)},
    }
    return 200, {"location": {"name": city, "tz": "UTC"}, "current": current}


def rates(asked: Asked) -> Answer:
    """Answers `GET /latest?base=EUR&symbols=USD`."""
    base, wanted = asked.query.get("base", "EUR"), asked.query.get("symbols")
    if base not in RATES or (wanted is not None and wanted not in RATES):
        return 422, {"message": "unknown currency"}
    names = [wanted] if wanted else [name for name in RATES if name != base]
    found = {name: round(RATES[name] / RATES[base], 6) for name in names}
    return 200, {"amount": 1.0, "base": base, "date": "2026-02-27", "rates": found}


def repositories(asked: Asked) -> Answer:
    """Answers `GET /repos/OWNER/NAME`."""
    match asked.parts:
        case ["repos", owner, name] if not name.startswith("missing"):
            full = f"{owner}/{name}"
            pushed = date(2026, 1, 1) - timedelta(days=_number(f"{full} p", 900))
            licenses = (
                {"key": "mit", "spdx_id": "MIT"},
                {"key": "apache-2.0", "spdx_id": "Apache-2.0"},
                None,
            )
            return 200, {
                "id": _number(full, 10**8),
                "full_name": full,
                "stargazers_count": _number(f"{full} s", 90_000),
                "forks_count": _number(f"{full} f", 9_000),
                "open_issues_count": _number(f"{full} o", 800),
                "license": licenses[_number(f"{full} l", 3)],
                "pushed_at": f"{pushed.isoformat()}T08:15:30Z",
                "archived": False,
            }
    return NOT_FOUND


def books(asked: Asked) -> Answer:
    """Answers `GET /search.json?isbn=DIGITS`."""
    found = BOOKS.get(asked.query.get("isbn", ""))
    if found is None:
        return 200, {"num_found": 0, "docs": []}
    title, subtitle, authors, published, pages = found
    book = {
        "key": f"/works/OL{_number(title, 10**6)}W",
        "title": title,
        "subtitle": subtitle,
        "authors": [{"name": name, "key": f"/authors/OL{_number(name, 10**6)}A"} for name in authors],
        "published": published,
        "number_of_pages": pages,
    }
    return 200, {"num_found": 1, "docs": [book]}


def holidays(asked: Asked) -> Answer:
    """Answers `GET /api/v3/PublicHolidays/YEAR/COUNTRY`."""
    match asked.parts:
        case ["api", "v3", "PublicHolidays", year, country] if country in HOLIDAYS:
            rows = [(f"{year}-{day}", name) for day, name in HOLIDAYS[country]]
            return 200, [
                {"date": day, "name": name, "countryCode": country, "global": True, "types": ["Public"]}
                for day, name in rows
            ]
    return NOT_FOUND


def parcels(asked: Asked) -> Answer:
    """Answers `GET /v2/parcels/CODE/events`."""
    match asked.parts:
        case ["v2", "parcels", code, "events"] if not code.startswith("RB0000"):
            if code.startswith("RB1111"):
                return 200, {"code": code, "events": []}
            count = 2 + _number(code, 5)
            events = []
            for at, kind in enumerate(EVENTS[:count]):
                town, country = TOWNS[_number(f"{code}{at}", len(TOWNS))]
                moment = f"2026-01-{at + 2:02}T{8 + at:02}:30:00Z"
                place = {"id": at, "town": town, "country": country}
                events.append({"type": kind, "time": moment, "facility": place})
            return 200, {"code": code, "events": events[::-1]}
    return NOT_FOUND


def tracker(asked: Asked) -> Answer:
    """Answers `POST /api/issues` and `GET /api/issues?project=KEY&page=N`."""
    if asked.method == "POST":
        project, fields = asked.json["project"], asked.json["fields"]
        if project not in PROJECTS:
            return 422, {"errors": {"project": "is unknown"}}
        key = f"{project}-{PROJECTS[project] + 1 + _number(fields['summary'], 50)}"
        html = f"https://tracker.worklist.example/browse/{key}"
        return 201, {
            "id": str(_number(key, 10**6)),
            "key": key,
            "links": {"self": asked.target, "html": html},
        }
    project, page = asked.query.get("project", ""), int(asked.query.get("page", "1"))
    if project not in PROJECTS:
        return NOT_FOUND
    count = PROJECTS[project]
    rows = [_ticket(project, number) for number in range(1, count + 1)]
    following = page + 1 if page * PAGE < count else None
    return 200, {"items": rows[(page - 1) * PAGE : page * PAGE], "total": count, "next_page": following}


def _ticket(project: str, number: int) -> dict[str, Any]:
    key = f"{project}-{number}"
    created = date(2025, 1, 1) + timedelta(days=_number(key, 400))
    return {
        "key": key,
        "state": "open" if _number(f"{key} s", 3) else "closed",
        "priority": 1 + _number(f"{key} p", 5),
        "created": f"{created.isoformat()}T10:00:00Z",
    }


def chat(asked: Asked) -> Answer:
    """Answers `GET /api/channels` and `POST /api/channels/ID/messages`."""
    match asked.method, asked.parts:
        case "GET", ["api", "channels"]:
            rows = [{"id": 100 + at, "name": name, "archived": False} for at, name in enumerate(CHANNELS)]
            return 200, {"channels": rows}
        case "POST", ["api", "channels", identity, "messages"]:
            text = asked.json["text"]
            number = _number(identity + text, 10**9)
            message = {"id": number, "text": text, "created": "2026-01-05T12:00:00Z", "author": "mapp"}
            return 201, {"ok": True, "message": message}
    return NOT_FOUND


def shop(asked: Asked) -> Answer:
    """Answers `GET /v1/articles/SKU` and `POST /v1/orders`."""
    match asked.method, asked.parts:
        case "GET", ["v1", "articles", sku] if sku in ARTICLES:
            name, price, stock = ARTICLES[sku]
            amount = {"amount": price, "currency": "EUR"}
            return 200, {"data": {"sku": sku, "name": name, "price": amount, "stock": {"available": stock}}}
        case "POST", ["v1", "orders"]:
            order = _number(asked.body.decode(), 10**6) + 1
            return 201, {"data": {"id": order, "status": "placed", "delivery_days": 1 + order % 5}}
    return NOT_FOUND


SERVICES: Final[Mapping[str, Callable[[Asked], Answer]]] = {
    "api.skywatch.example": weather,
    "rates.centralbank.example": rates,
    "api.codehost.example": repositories,
    "catalogue.openshelf.example": books,
    "calendar.daysoff.example": holidays,
    "tracking.postbox.example": parcels,
    "tracker.worklist.example": tracker,
    "chat.teamroom.example": chat,
    "shop.paperclip.example": shop,
}


def answer(asked: Asked) -> Answer:
    """Returns what the service of a host answers."""
    service = SERVICES.get(asked.host)
    return NOT_FOUND if service is None else service(asked)
