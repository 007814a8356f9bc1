from __future__ import annotations

import pytest

from mapp.errors import InvalidInput
from mapp.share.checks.all_checks import CHECKS
from mapp.share.policy import Description, Policy, parse_description, parse_policy


def test_an_empty_policy_is_the_default_one() -> None:
    assert parse_policy(b"policy = 1\n", checks=CHECKS) == Policy()


def test_a_policy_sets_levels_and_limits() -> None:
    found = parse_policy(
        b'policy = 1\n[checks]\nname-distance = "warn"\n'
        b"[names]\ndistance = 2\n[waiting]\nnew_name_hours = 0\n",
        checks=CHECKS,
    )
    assert (found.level("name-distance"), found.level("licence")) == ("warn", "refuse")
    assert (found.distance, found.new_name_hours, found.new_version_minutes) == (2, 0, 10)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"policy = 2\n", "policy: is a newer format"),
        (b'policy = 1\n[checks]\nlicense = "off"\n', "checks.license: is not a check"),
        (b'policy = 1\n[checks]\nlicence = "maybe"\n', "checks.licence: must be one of refuse, warn, off"),
        (b"policy = 1\n[waiting]\nnew_name_days = 3\n", "waiting.new_name_days: is not a known key"),
        (b"policy = 1\n[publishers]\nnew_names_a_day = 0\n", "publishers.new_names_a_day: must be between"),
        (b"policy = 1\n[names]\nreserved = [1]\n", "names.reserved: must be a list"),
    ],
)
def test_each_mistake_in_a_policy_is_listed(text: bytes, said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_policy(text, checks=CHECKS)
    assert any(str(row).startswith(said) for row in caught.value.problems)


def test_a_registry_says_its_name() -> None:
    text = b'registry = 1\nname = "team"\ndescription = "Apps of the team."\n'
    assert parse_description(text) == Description(name="team", description="Apps of the team.")
    with pytest.raises(InvalidInput, match="name: is not a name"):
        parse_description(b'registry = 1\nname = "Team!"\n')
