from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mapp.model.app import read_app
from mapp.model.version import Version
from mapp.share.checks.all_checks import CHECKS
from mapp.share.entry import Entry
from mapp.share.submission import Release, Twin
from mapp.starter import bundle
from support.apps import DOUBLE, Draft, app
from support.registries import TIME, entry, published
from support.submissions import LICENCE, Case, release, verdict

VAT = "https://git.example.org/ada/vat.git"
ELSEWHERE = "https://git.example.org/eve/other.git"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path, entry("vat", "1.0.0", "1.1.0", remote=VAT), entry("url-encode"))


def test_a_good_new_app_is_refused_by_no_check(case: Case) -> None:
    draft = app("double")
    draft.file("main.js", LICENCE + draft.contents["main.js"])
    gate = lambda: verdict("double", passed=True)  # noqa: E731
    found = case.releases(release(draft), gate=gate, twins=lambda: ()).review()
    assert found.passed
    assert {row.status for row in found.results} == {"passed"}


def test_a_good_new_version_is_refused_by_no_check(case: Case) -> None:
    one = release(app("double"))
    case.registry.commit(
        replace(
            entry("double"), remote="https://git.example.org/double/double.git", versions=(one.published,)
        )
    )
    two = release(app("double").source("function main(input) { return 2 * input.number; }\n"), "1.0.1")
    assert case.releases(two, one).refused() == set()


def test_every_check_has_a_reason_and_a_name_of_its_own() -> None:
    assert len(CHECKS) == 30
    for name, check in CHECKS.items():
        assert name == check.name and check.reason.endswith(".")


REFUSED: list[tuple[str, str, Callable[[Case], Case]]] = [
    (
        "one-file",
        "keep apps/do/double.toml alone",
        lambda case: case.submits(entry("double"), paths=("apps/do/double.toml", "policy.toml")),
    ),
    (
        "one-file",
        "submit one app at a time",
        lambda case: case.submits(None, name="vat", paths=("apps/va/vat.toml", "apps/ur/url-encode.toml")),
    ),
    ("one-file", "nothing changes", lambda case: case.submits(entry("double"), paths=())),
    ("entry-format", "mapp yank APP VERSION", lambda case: case.submits(None, name="vat")),
    (
        "entry-format",
        "publish with mapp, which writes it",
        lambda case: case.submits(None, name="vat", fault="apps/va/vat.toml is not TOML"),
    ),
    ("append-only", "it removes version 1.1.0", lambda case: case.submits(entry("vat", "1.0.0", remote=VAT))),
    (
        "append-only",
        "it changes commit of version 1.1.0",
        lambda case: case.submits(_edited(case, commit="f" * 40)),
    ),
    (
        "append-only",
        "1.1.0 names gone, which this registry does not list",
        lambda case: case.submits(_edited(case, deprecated="Old.", use="gone")),
    ),
    (
        "append-only",
        "1.1.0 names vat, which this registry does not list",
        lambda case: case.submits(_edited(case, deprecated="Old.", use="vat")),
    ),
    (
        "agreed-rename",
        "url-encode is not listed as a new name of vat",
        lambda case: case.submits(
            replace(entry("vat", "1.0.0", "1.1.0", remote=VAT), renamed_to="url-encode")
        ),
    ),
    (
        "workflow-only",
        "only its workflow publishes double, and it did not sign version 1.0.0",
        lambda case: case.submits(replace(entry("double"), publisher="workflow-only")),
    ),
    (
        "reviewed-change",
        "it changes the deprecation of vat 1.1.0, and nobody has looked at it",
        lambda case: case.submits(_edited(case, deprecated="Old.", use="url-encode"), waited=10**9),
    ),
    (
        "append-only",
        "it adds 2 versions at once",
        lambda case: case.submits(entry("vat", "1.0.0", "1.1.0", "1.2.0", "1.3.0", remote=VAT)),
    ),
    (
        "append-only",
        "append the new block at the end",
        lambda case: case.submits(entry("vat", "1.2.0", "1.0.0", "1.1.0", remote=VAT)),
    ),
    (
        "append-only",
        "a yank stays",
        lambda case: _after_a_yank(case).submits(entry("vat", "1.0.0", "1.1.0", remote=VAT)),
    ),
    (
        "append-only",
        "remove the key yanked",
        lambda case: case.submits(entry("double").with_yank(Version.parse("1.0.0"), "no")),
    ),
    (
        "sequential-version",
        "choose 1.1.1, 1.2.0, 2.0.0",
        lambda case: case.submits(entry("vat", "1.0.0", "1.1.0", "1.3.0", remote=VAT)),
    ),
    (
        "sequential-version",
        "version 99.0.0 does not follow 1.1.0",
        lambda case: case.submits(entry("vat", "1.0.0", "1.1.0", "99.0.0", remote=VAT)),
    ),
    ("first-version", "--revision 1.0.0", lambda case: case.submits(entry("double", "1.4.2"))),
    (
        "same-remote",
        f"--remote {VAT}",
        lambda case: case.submits(entry("vat", "1.0.0", "1.1.0", "1.2.0", remote=ELSEWHERE)),
    ),
    ("same-signer", "sign the tag with the same key", lambda case: _unsigned_after_a_signed_one(case)),
    (
        "same-signer",
        "this registry requires it",
        lambda case: case.rules(signatures_required=True).submits(entry("double")),
    ),
    (
        "plausible-time",
        "is in the future",
        lambda case: case.submits(_at(TIME + 3600)),
    ),
    ("plausible-time", "more than 30 days ago", lambda case: case.submits(_at(TIME - 31 * 86_400))),
    ("safe-path", "reserves for a device", lambda case: case.submits(entry("double"), paths=("apps/aux",))),
    ("name-distance", "vta is too close to vat: 1 of", lambda case: case.submits(entry("vta"))),
    ("name-distance", "url-encoder is too close", lambda case: case.submits(entry("url-encoder"))),
    ("name-distance", "they look the same", lambda case: case.submits(entry("ur1enc0de"))),
    ("reserved-word", "contains official", lambda case: case.submits(entry("official-tax"))),
    (
        "reserved-word",
        "contains acme",
        lambda case: case.rules(reserved=("acme",)).submits(entry("acme-tax")),
    ),
    ("name-taken", "is a command of mapp", lambda case: case.submits(entry("install"))),
    (
        "name-taken",
        "belongs to another registry",
        lambda case: case.rules(taken=("payroll",)).submits(entry("payroll")),
    ),
    ("clone", "only its name is longer", lambda case: case.submits(entry("vat-x7k2q"))),
    (
        "publisher-pressure",
        "has added 1 names within a day",
        lambda case: case.rules(new_names_a_day=1).submits(entry("double", remote=VAT)),
    ),
    (
        "new-capability",
        "1.2.0 may do more than 1.1.0, and without a major version: http:example.org",
        lambda case: case.submits(
            entry("vat", "1.0.0", "1.1.0", remote=VAT).with_version(
                published("1.2.0", capabilities=("clock", "http:example.org"))
            )
        ),
    ),
    (
        "waiting-time",
        "a new name waits 3 days; 3 days are left",
        lambda case: case.submits(entry("double"), waited=3600),
    ),
    (
        "waiting-time",
        "a new version waits 10 minutes; 9 minutes are left",
        lambda case: case.submits(entry("vat", "1.0.0", "1.1.0", "1.2.0", remote=VAT), waited=90),
    ),
    (
        "reviewed-yank",
        "it yanks vat 1.0.0, and nobody has looked at it",
        lambda case: case.submits(
            entry("vat", "1.0.0", "1.1.0", remote=VAT).with_yank(Version.parse("1.0.0"), "no"), waited=10**9
        ),
    ),
    ("as-published", "the entry says content is", lambda case: _lying(case)),
    (
        "as-published",
        "says the app is called double",
        lambda case: case.submits(replace(entry("halve"), versions=(release(app()).published,))).submits(
            replace(entry("halve"), versions=(release(app()).published,)), release=release(app())
        ),
    ),
    (
        "interface-version",
        "release it as 1.1.0",
        lambda case: case.releases(
            release(app().taking(extra={"type": "number", "default": 0}), "1.0.1"), release(app())
        ),
    ),
    (
        "interface-version",
        "release it as 2.0.0",
        lambda case: case.releases(
            release(app().stating(capabilities={"http": [_host("api.example.org")]}), "1.1.0"),
            release(app()),
        ),
    ),
    (
        "complete",
        "has no example",
        lambda case: case.releases(release(app().without("tests/examples.jsonl"))),
    ),
    (
        "complete",
        "has no request",
        lambda case: case.releases(release(app().without("tests/requests.jsonl"))),
    ),
    ("complete", "does not say", lambda case: case.releases(release(app().stating(description="App.")))),
    (
        "coherence",
        "declares store, but main.js never uses it",
        lambda case: case.releases(release(app().stating(capabilities={"store": {"max_kb": 1}}))),
    ),
    ("coherence", "nothing in its description says what for", lambda case: _colours_with_http(case)),
    ("coherence", "it sends the secret GITHUB_TOKEN to", lambda case: _with_secret(case, "GITHUB_TOKEN")),
    (
        "plain-text",
        "the description has a word of several alphabets that looks like one: 'D\\u043eubles'",
        lambda case: case.releases(release(app().stating(description="D\u043eubles a number."))),
    ),
    (
        "plain-text",
        "tests/requests.jsonl:2 contains U+202E",
        lambda case: case.releases(release(app().said("double \u202e12", {"number": 12}))),
    ),
    (
        "plain-text",
        "main.js:1 contains U+2066 (left-to-right isolate) -> write it as an escape, such as \\u2066",
        lambda case: case.releases(release(_commented("/* \u2066 if (admin) */"))),
    ),
    (
        "no-secrets",
        "main.js:2 contains what looks like a GitHub token",
        lambda case: case.releases(release(_commented(f"//\n// {'ghp_' + 'a1' * 18}"))),
    ),
    (
        "no-secrets",
        "README.md:1 contains what looks like a private key",
        lambda case: case.releases(
            release(app().file("README.md", "-----BEGIN " + "OPENSSH PRIVATE KEY-----\nb3Bl\n"))
        ),
    ),
    (
        "own-requests",
        "3 of 4 requests name neither what the app does nor one of its values: 'please help me'",
        lambda case: case.releases(release(_greedy())),
    ),
    (
        "similar-app",
        "double does what vat does: 58 of 60 telling inputs give the same answer",
        lambda case: case.releases(release(app()), twins=lambda: [_twin(compared=60, agreeing=58)]),
    ),
    (
        "similar-app",
        f"91% of its code is the same -> extend vat instead (git clone {VAT})",
        lambda case: case.releases(release(app()), twins=lambda: [_twin(code=0.91)]),
    ),
    (
        "gate",
        "examples: tests/examples.jsonl:1: returned 3, not 4",
        lambda case: case.releases(release(app()), gate=lambda: verdict("double", passed=False)),
    ),
]


@pytest.mark.parametrize(("check", "said", "change"), REFUSED)
def test_a_bad_submission_is_refused_by_name_and_told_the_fix(
    case: Case, check: str, said: str, change: Callable[[Case], Case]
) -> None:
    found = change(case)
    assert check in found.refused()
    assert said in found.said(check)


def test_every_check_that_refuses_by_default_has_an_example_here() -> None:
    assert {row[0] for row in REFUSED} | {"licence"} == set(CHECKS)


def test_a_missing_licence_is_a_warning_until_the_policy_says_otherwise(case: Case) -> None:
    found = case.releases(release(app())).review()
    assert [row.check for row in found.with_status("warned")] == ["licence"]
    assert case.rules(levels=(("licence", "refuse"),)).refused() == {"licence"}
    case.rules(licences=("MIT",)).releases(release(app().file("COPYING", "Apache License\nVersion 2.0")))
    assert "its licence is Apache-2.0; this registry accepts MIT" in case.said("licence")


def test_a_policy_can_switch_a_check_off(case: Case) -> None:
    case.rules(levels=(("name-distance", "off"),)).submits(entry("vta"))
    assert "name-distance" not in case.refused()


def test_an_override_is_recorded_and_does_not_reach_other_checks(case: Case) -> None:
    case.rules(signatures_required=True).submits(entry("vta"))
    found = case.review("name-distance")
    assert found.overridden == ("name-distance",)
    assert {row.check for row in found.with_status("refused")} == {"same-signer"}


def test_nobody_can_override_that_a_submission_is_one_readable_file(case: Case) -> None:
    case.submits(entry("double"), paths=("apps/do/double.toml", "policy.toml"))
    assert not case.review("one-file", "entry-format").passed


def test_the_owner_of_a_name_may_choose_one_that_is_close(case: Case) -> None:
    case.registry.commit(entry("roman-encode", remote="https://git.example.org/ada/roman-encode.git"))
    case.submits(entry("roman-decode", remote="https://git.example.org/ada/roman-decode.git"))
    assert "name-distance" not in case.refused()
    case.submits(entry("roman-decode", remote="https://git.example.org/eve/roman-decode.git"))
    assert "name-distance" in case.refused()


def test_a_yank_alone_is_fine(case: Case) -> None:
    known = case.registry.now.entry("vat")
    assert known is not None
    assert case.submits(known.with_yank(Version.parse("1.0.0"), "wrong rounding")).refused() == set()


def test_a_fix_for_an_older_major_version_is_sequential(case: Case) -> None:
    case.registry.commit(entry("vat", "1.0.0", "2.0.0", remote=VAT))
    case.submits(entry("vat", "1.0.0", "2.0.0", "1.0.1", remote=VAT))
    assert case.submission.follows == published("1.0.0")
    assert case.refused() == set()


def test_a_person_does_not_wait(case: Case) -> None:
    assert case.submits(entry("double"), waited=None).refused() == set()


def test_an_app_that_says_what_it_fetches_is_coherent(case: Case) -> None:
    draft = app("rates").stating(
        description="Converts money at today's exchange rate from the central bank.",
        capabilities={"http": [_host("api.example.org")]},
    )
    draft.source("async function main(input, host) { return host.http.get('https://api.example.org/'); }\n")
    assert case.releases(release(draft)).refused() == set()


def test_a_new_version_is_not_compared_with_other_apps(case: Case) -> None:
    one = release(app())
    remote = "https://git.example.org/double/double.git"
    case.registry.commit(replace(entry("double"), remote=remote, versions=(one.published,)))
    two = release(app().source("function main(input) { return 2 * input.number; }\n"), "1.0.1")
    assert "similar-app" not in case.releases(two, one, twins=lambda: [_twin(code=1.0)]).refused()


@pytest.mark.parametrize("name", bundle.names())
def test_no_starter_app_is_refused_for_what_it_says(case: Case, name: str) -> None:
    files = bundle.files(name)
    new = Release(app=read_app(files), files=files, published=published("1.0.0"))
    case.releases(new)
    for check in ("plain-text", "no-secrets", "own-requests", "coherence"):
        assert case.said(check) == ""


@pytest.mark.parametrize(
    "text", ["Größe in cm", "Ελληνικά and English", "नमस्ते", "naïve café", "2\u03c0r", "👩\u200d🚀 counts"]
)
def test_text_in_another_language_is_plain(case: Case, text: str) -> None:
    assert case.releases(release(app().said(f"double {text}", {"number": 1}))).said("plain-text") == ""


def test_a_secret_named_after_its_host_is_coherent(case: Case) -> None:
    assert "coherence" not in _with_secret(case, "EXAMPLE_KEY").refused()


def test_requests_count_as_own_by_a_word_of_the_app_or_by_a_value(case: Case) -> None:
    draft = app().without("tests/requests.jsonl").said("doubling of it, please", {"number": 1})
    draft.said("what is twice 37", {"number": 37}).said("2 x 4.5", {"number": 4.5})
    assert case.releases(release(draft)).said("own-requests") == ""


def _commented(comment: str) -> Draft:
    return app().source(f"{comment}\n{DOUBLE}")


def _greedy() -> Draft:
    draft = app()
    for request in ("please help me", "what is the weather in Rome", "do the thing I want"):
        draft.said(request, {"number": 7})
    return draft


def _twin(*, code: float = 0.2, compared: int = 0, agreeing: int = 0) -> Twin:
    return Twin(name="vat", code=code, compared=compared, agreeing=agreeing)


def _with_secret(case: Case, name: str) -> Case:
    host = {**_host("api.example.org"), "secret": {"name": name, "header": "Authorization"}}
    draft = app("rates").stating(description="Shows today's exchange rate.", capabilities={"http": [host]})
    draft.source("async function main(input, host) { return host.http.get('https://api.example.org/'); }\n")
    return case.releases(release(draft))


def _edited(case: Case, **changed: Any) -> Entry:
    before = case.registry.now.entry("vat")
    assert before is not None
    *rest, last = before.versions
    return replace(before, versions=(*rest, replace(last, **changed)))


def _after_a_yank(case: Case) -> Case:
    known = case.registry.now.entry("vat")
    assert known is not None
    case.registry.commit(known.with_yank(Version.parse("1.0.0"), "no"))
    return case


def _unsigned_after_a_signed_one(case: Case) -> Case:
    signed = replace(published("1.0.0"), signer="SHA256:" + "a" * 43)
    known = replace(entry("double"), versions=(signed,))
    case.registry.commit(known)
    return case.submits(known.with_version(published("1.0.1")))


def _at(time: int) -> Entry:
    return replace(entry("double"), versions=(published("1.0.0", time=time),))


def _lying(case: Case) -> Case:
    found = release(app())
    lie = replace(found.published, content="sha256:" + "0" * 64)
    return case.submits(replace(entry("double"), versions=(lie,)), release=found)


def _host(name: str) -> dict[str, object]:
    return {"host": name, "methods": ["GET"]}


def _colours_with_http(case: Case) -> Case:
    draft = app("colours").stating(
        description="Converts colours from RGB to HSL.",
        capabilities={"http": [_host("collector.example.org")]},
    )
    draft.source(
        "async function main(input, host) { await host.http.get('https://collector.example.org'); }\n"
    )
    return case.releases(release(draft))
