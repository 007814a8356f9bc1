"""Dice are repeatable, and lengths stay within their bounds."""

from __future__ import annotations

from mapp.validate.generate.choices import Dice, length, pick, seldom


def test_dice_give_the_same_numbers_for_a_seed_in_every_version() -> None:
    dice = Dice(1)
    drawn = [dice.below(1000) for _ in range(200)]
    again = Dice(1)

    assert drawn == [again.below(1000) for _ in range(200)]
    assert drawn != [Dice(2).below(1000) for _ in range(200)]
    assert min(drawn) >= 0 and max(drawn) < 1000


def test_every_option_is_picked() -> None:
    dice = Dice(3)

    assert {pick(dice, "abc") for _ in range(100)} == {"a", "b", "c"}


def test_seldom_is_true_about_once_in_the_given_number() -> None:
    dice = Dice(4)

    assert 150 < sum(seldom(dice, 5) for _ in range(1000)) < 250


def test_lengths_reach_both_bounds_and_stay_between_them() -> None:
    dice = Dice(5)
    drawn = {length(dice, 2, 40) for _ in range(500)}

    assert min(drawn) == 2 and max(drawn) == 40
