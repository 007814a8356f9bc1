"""Twelve small jobs for weak coders: a contract as a person would write it, and cases to judge by.

The answers come from a few lines of Python that no coder ever sees, so that what the gate lets through can be
judged by other cases than its own.
"""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mapp.model.app import EXAMPLES, MANIFEST, PHRASES, PROPERTIES

Input = Mapping[str, Any]
TEXT: Final = 'type = "string"\nmaxLength = 200\npattern = "^[ -~]*$"\n'


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One job.

    `request` is all that a coder gets if it writes the contract too. `inputs` become the examples of the
    contract, `judging` the cases that are held back from contract and gate; `answer` gives the outputs of
    both. `wordings` hold an argument's value where they say its name in braces; `near` hold a number `{n}`.
    """

    name: str
    request: str
    arguments: str
    output: str
    laws: str
    answer: Callable[[Input], Any]
    inputs: tuple[Input, ...]
    judging: tuple[Input, ...]
    wordings: tuple[str, ...]
    near: tuple[str, ...]

    @property
    def contract(self) -> dict[str, str]:
        """Returns the files of the contract (path -> text)."""
        head = f"manifest = 1\nname = {json.dumps(self.name)}\nversion = '0.1.0'\n"
        head += f"description = {json.dumps(self.request)}\n"
        rows = [{"input": dict(given), "output": self.answer(given)} for given in self.inputs]
        return {
            MANIFEST: f"{head}{self.arguments}\n[output]\n{self.output}",
            EXAMPLES: _lines(rows),
            PROPERTIES: self.laws,
            PHRASES: _lines([*self._fitting(), *self._near()]),
        }

    def _fitting(self) -> list[dict[str, Any]]:
        values = [given for given in self.inputs if all(value not in ("", []) for value in given.values())]
        pairs = ((wording, given) for given in values[:7] for wording in self.wordings)
        return [{"request": _worded(wording, given), "arguments": dict(given)} for wording, given in pairs]

    def _near(self) -> list[dict[str, Any]]:
        told = [wording.format(n=number) for number in (3, 12, 40) for wording in self.near]
        return [{"request": text, "fits": False, "why": "another job"} for text in dict.fromkeys(told)]


def _worded(wording: str, given: Input) -> str:
    shown = {name: _shown(value) for name, value in given.items()}
    return wording.format(**shown)


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return json.dumps(value) if isinstance(value, str) else str(value)


def _lines(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _each(name: str, *values: object) -> tuple[Input, ...]:
    return tuple({name: value} for value in values)


def _letters(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())


def _shifted(given: Input) -> str:
    def moved(letter: str) -> str:
        first = ord("a") if letter.islower() else ord("A")
        return chr((ord(letter) - first + given["shift"]) % 26 + first) if letter.isalpha() else letter

    return "".join(map(moved, given["text"]))


def _fibonacci(n: int) -> int:
    one, other = 0, 1
    for _ in range(n):
        one, other = other, one + other
    return one


def _median(values: list[int]) -> float:
    middle = statistics.median(values)
    return int(middle) if middle == int(middle) else middle


PHRASES_OF_TEXT: Final = ("hello", "Was it a rat", "level", "a b", "Mapp", "no lemon, no melon", "x")
MORE_TEXTS: Final = ("", " ", "  two  spaces ", "Noon", "A man, a plan, a canal: Panama", "12321", "!?", "zZ")
JUDGING_TEXTS: Final = (
    *(
        "Tenet",
        "straw warts",
        "queue",
        "AEIOU aeiou",
        "rhythm",
        "0",
        "   ",
        "a  b   c",
        "Able was I",
        "~",
        "ab",
    ),
    *(
        "Never odd or even",
        "UPPER lower",
        "don't stop",
        "-",
        "The quick brown fox jumps over the lazy dog",
        "yY",
    ),
)
LISTS: Final = ([3, 4, 5], [10], [7, -2], [1, 2, 3, 4], [100, 50, 25], [9, 1, 8, 2], [5, 5])
MORE_LISTS: Final = ([-1, -2, -3], [0], [10, 9, 100], [1000000, -1000000, 1], [2, 30, 4, 100])
JUDGING_LISTS: Final = (
    *(
        [1],
        [2, 1],
        [3, 1, 2],
        [10, 2, 33, 4],
        [-5, 5],
        [0, 0, 0],
        [1000, 200, 30, 4, 5],
        [11, 7, 100, 3, 20, 9],
    ),
    *([-10, -9, -100], [999999, 999998], list(range(40, 0, -1)), [5, 100, 20, 3]),
)
OF_INTEGERS: Final = (
    '[input.values]\ntype = "array"\nminItems = 1\nmaxItems = 50\n'
    'items = { type = "integer", minimum = -1000000, maximum = 1000000 }\n'
)

JOBS: Final = (
    Job(
        name="backwards",
        request="Reverse a text, character by character.",
        arguments=f"[input.text]\n{TEXT}",
        output=TEXT,
        laws="""\
function prop_the_last_comes_first(input, output) {
  return input.text.length === output.length
    && [...output].every((letter, at) => letter === input.text[input.text.length - 1 - at]);
}
function meta_twice_is_the_text_again(input, run) {
  return run({ text: run(input).output }).output === input.text;
}
""",
        answer=lambda given: given["text"][::-1],
        inputs=_each("text", *PHRASES_OF_TEXT, *MORE_TEXTS),
        judging=_each("text", *JUDGING_TEXTS),
        wordings=(
            "reverse {text}",
            "{text} backwards",
            "what is {text} read from right to left",
            "flip {text}",
            "turn the text {text} around",
            "write {text} from end to start",
        ),
        near=(
            "reverse the last {n} commits",
            "drive {n} miles in reverse",
            "sort {n} words backwards in time",
            "the inverse of {n}",
            "undo the last {n} changes",
            "back up {n} files",
        ),
    ),
    Job(
        name="vowels",
        request="Count the vowels (a, e, i, o, u, small or capital) in a text.",
        arguments=f"[input.text]\n{TEXT}",
        output='type = "integer"\nminimum = 0\nmaximum = 200\n',
        laws="""\
function prop_what_is_left_without_vowels_is_shorter_by_so_many(input, output) {
  return input.text.length - input.text.replace(/[aeiouAEIOU]/g, "").length === output;
}
function meta_of_twice_the_text_there_are_twice_as_many(input, run) {
  if (input.text.length > 100) return true;
  return run({ text: input.text + input.text }).output === 2 * run(input).output;
}
""",
        answer=lambda given: sum(letter in "aeiouAEIOU" for letter in given["text"]),
        inputs=_each("text", *PHRASES_OF_TEXT, *MORE_TEXTS, "EDUCATION"),
        judging=_each("text", *JUDGING_TEXTS),
        wordings=(
            "count the vowels in {text}",
            "how many vowels are in {text}",
            "vowels of {text}",
            "number of vowels in {text}",
            "{text}: how many vowels",
            "tell me how many vowels {text} has",
        ),
        near=(
            "name {n} vowels of French",
            "how many consonants are in line {n}",
            "what is a vowel, lesson {n}",
            "pronounce the vowels of word {n}",
            "how many letters has the alphabet of country {n}",
        ),
    ),
    Job(
        name="fahrenheit",
        request="Convert degrees Celsius to degrees Fahrenheit, rounded to one decimal.",
        arguments='[input.celsius]\ntype = "integer"\nminimum = -273\nmaximum = 10000\n',
        output='type = "number"\nminimum = -460\nmaximum = 18032\n',
        laws="""\
function prop_the_way_back_is_the_input(input, output) {
  return Math.abs((output - 32) / 1.8 - input.celsius) < 1e-6;
}
function prop_one_decimal(input, output) { return Number(output.toFixed(1)) === output; }
""",
        answer=lambda given: _plain(round(given["celsius"] * 9 / 5 + 32, 1)),
        inputs=_each("celsius", 20, 37, 100, 25, -40, 3, 18, 0, -273, 1, 7, 10000, -1),
        judging=_each(
            "celsius", 2, 4, 6, 11, 13, 19, 21, 23, 39, 41, 99, 101, 233, -2, -3, -17, -18, -272, 9999
        ),
        wordings=(
            "{celsius} Celsius in Fahrenheit",
            "convert {celsius} degrees Celsius to Fahrenheit",
            "what is {celsius} celsius in fahrenheit",
            "fahrenheit for {celsius} Celsius",
            "{celsius} C to F please",
            "how warm is {celsius} Celsius in Fahrenheit",
        ),
        near=(
            "{n} Fahrenheit in Celsius",
            "{n} Kelvin in Celsius",
            "is {n} degrees warm",
            "how many degrees has a triangle with {n} sides",
            "weather in {n} days",
        ),
    ),
    Job(
        name="palindrome",
        request="Is a text a palindrome? Only letters and digits count, small and capital alike.",
        arguments=f"[input.text]\n{TEXT}",
        output='type = "boolean"\n',
        laws="""\
function prop_every_pair_from_outside_is_alike(input, output) {
  const all = input.text.toLowerCase().replace(/[^a-z0-9]/g, "");
  let alike = true;
  for (let at = 0; at < all.length / 2; at++) alike = alike && all[at] === all[all.length - 1 - at];
  return alike === output;
}
function meta_with_its_mirror_it_is_one(input, run) {
  if (input.text.length > 100) return true;
  return run({ text: input.text + [...input.text].reverse().join("") }).output === true;
}
""",
        answer=lambda given: _letters(given["text"]) == _letters(given["text"])[::-1],
        inputs=_each("text", *PHRASES_OF_TEXT, *MORE_TEXTS),
        judging=_each("text", *JUDGING_TEXTS),
        wordings=(
            "is {text} a palindrome",
            "palindrome check {text}",
            "does {text} read the same both ways",
            "{text}: palindrome or not",
            "check whether {text} is a palindrome",
            "is {text} palindromic",
        ),
        near=(
            "name {n} palindromes",
            "what is a palindrome, in {n} words",
            "next palindrome after {n}",
            "how many palindromes have {n} letters",
            "make a palindrome of {n} letters",
        ),
    ),
    Job(
        name="total",
        request="Add up a list of whole numbers.",
        arguments=OF_INTEGERS,
        output='type = "integer"\nminimum = -50000000\nmaximum = 50000000\n',
        laws="""\
function prop_taking_all_away_leaves_nothing(input, output) {
  for (const value of input.values) output -= value;
  return output === 0;
}
function meta_one_more_value_adds_it(input, run) {
  if (input.values.length > 49) return true;
  return run({ values: [...input.values, 17] }).output === run(input).output + 17;
}
""",
        answer=lambda given: sum(given["values"]),
        inputs=_each("values", *LISTS, *MORE_LISTS),
        judging=_each("values", *JUDGING_LISTS),
        wordings=(
            "sum of {values}",
            "add up {values}",
            "what is the total of {values}",
            "total: {values}",
            "how much are {values} together",
            "add {values}",
        ),
        near=(
            "the product of {n} and 5",
            "average of {n} and 8",
            "sum up the plot of chapter {n}",
            "subtract {n} from 50",
            "the largest of {n} and 6",
        ),
    ),
    Job(
        name="leap",
        request="Is a year a leap year of the Gregorian calendar?",
        arguments='[input.year]\ntype = "integer"\nminimum = 1\nmaximum = 9999\n',
        output='type = "boolean"\n',
        laws="""\
function prop_the_calendar_has_a_29th_of_february(input, output) {
  const day = new Date(0);
  day.setUTCFullYear(input.year, 1, 29);
  return (day.getUTCMonth() === 1) === output;
}
function meta_four_hundred_years_later_it_is_the_same(input, run) {
  return input.year > 9599 || run({ year: input.year + 400 }).output === run(input).output;
}
""",
        answer=lambda given: (
            given["year"] % 4 == 0 and (given["year"] % 100 != 0 or given["year"] % 400 == 0)
        ),
        inputs=_each("year", 2024, 2023, 1900, 2000, 1996, 2100, 1600, 1, 4, 100, 400, 9999, 2022),
        judging=_each(
            "year", 8, 96, 200, 300, 800, 1200, 1582, 1700, 1800, 1804, 2001, 2004, 2200, 2400, 9996
        ),
        wordings=(
            "is {year} a leap year",
            "leap year {year}?",
            "does {year} have 366 days",
            "was {year} leap",
            "does February {year} have 29 days",
            "check if {year} is a leap year",
        ),
        near=(
            "how many leap years until {n}",
            "the next leap year after {n}",
            "how many days has May {n}",
            "what happened in {n}",
            "leap over {n} fences",
        ),
    ),
    Job(
        name="initials",
        request="Give the initials of a name: the first letter of every word, in capitals.",
        arguments='[input.name]\ntype = "string"\nmaxLength = 100\npattern = "^[A-Za-z ]*$"\n',
        output='type = "string"\nmaxLength = 100\npattern = "^[A-Z]*$"\n',
        laws="""\
function prop_one_for_every_word(input, output) {
  let words = 0;
  for (let at = 0; at < input.name.length; at++) {
    if (input.name[at] !== " " && (at === 0 || input.name[at - 1] === " ")) {
      if (output[words] !== input.name[at].toUpperCase()) return false;
      words++;
    }
  }
  return words === output.length;
}
function meta_one_more_word_adds_a_letter(input, run) {
  return input.name.length > 90 || run({ name: `${input.name} zoe` }).output === `${run(input).output}Z`;
}
""",
        answer=lambda given: "".join(word[0].upper() for word in given["name"].split()),
        inputs=_each(
            "name",
            "Ada Lovelace",
            "grace hopper",
            "Alan Mathison Turing",
            "Plato",
            "jo de la Cruz",
            "Mary Ann Evans",
            "Kim",
            "",
            " ",
            " Edsger  Dijkstra ",
            "a b c d",
            "McCarthy",
        ),
        judging=_each(
            "name",
            "Barbara Liskov",
            "x",
            "  x",
            "x  ",
            "a  b",
            "Tim Berners Lee",
            "zoe Q",
            "A",
            "aB cD",
            "one two three four five six seven",
            "   ",
            "Guido van Rossum",
        ),
        wordings=(
            "initials of {name}",
            "what are the initials of {name}",
            "{name}: initials please",
            "give me the initials for {name}",
            "shorten the name {name} to initials",
            "monogram of {name}",
        ),
        near=(
            "who is person {n}",
            "the initial value of {n}",
            "rename file {n}",
            "names with {n} letters",
            "spell the name of star {n}",
        ),
    ),
    Job(
        name="factorial",
        request="Calculate the factorial of a number.",
        arguments='[input.number]\ntype = "integer"\nminimum = 0\nmaximum = 18\n',
        output='type = "integer"\nminimum = 1\nmaximum = 6402373705728000\n',
        laws="""\
function prop_dividing_by_all_leaves_one(input, output) {
  for (let factor = 1; factor <= input.number; factor++) output /= factor;
  return output === 1;
}
function meta_the_next_is_so_many_times_as_large(input, run) {
  if (input.number > 17) return true;
  return run({ number: input.number + 1 }).output === (input.number + 1) * run(input).output;
}
""",
        answer=lambda given: math.factorial(given["number"]),
        inputs=_each("number", 5, 10, 3, 7, 12, 4, 6, 0, 1, 18),
        judging=_each("number", 2, 8, 9, 11, 13, 14, 15, 16, 17),
        wordings=(
            "factorial of {number}",
            "{number} factorial",
            "what is {number}!",
            "calculate the factorial of {number}",
            "in how many orders can {number} things stand",
            "multiply all numbers from 1 to {number}",
        ),
        near=(
            "the factors of {n}",
            "is {n} prime",
            "sum of the numbers up to {n}",
            "{n} to the power of 2",
            "half of {n}",
        ),
    ),
    Job(
        name="fibonacci",
        request="Give the n-th Fibonacci number; number 0 is 0, number 1 is 1.",
        arguments='[input.n]\ntype = "integer"\nminimum = 0\nmaximum = 78\n',
        output='type = "integer"\nminimum = 0\nmaximum = 8944394323791464\n',
        laws="""\
function prop_next_to_the_golden_ratio(input, output) {
  const about = ((1 + Math.sqrt(5)) / 2) ** input.n / Math.sqrt(5);
  return Math.abs(output - about) <= Math.max(0.5, about * 1e-12);
}
function meta_two_after_each_other_add_up(input, run) {
  if (input.n > 76) return true;
  return run({ n: input.n + 2 }).output === run({ n: input.n + 1 }).output + run(input).output;
}
""",
        answer=lambda given: _fibonacci(given["n"]),
        inputs=_each("n", 10, 20, 7, 30, 5, 12, 50, 0, 1, 2, 3, 78),
        judging=_each("n", 4, 6, 8, 9, 11, 19, 33, 46, 47, 48, 60, 77),
        wordings=(
            "Fibonacci number {n}",
            "what is Fibonacci number {n}",
            "fibonacci {n}",
            "the Fibonacci number at place {n}",
            "give me fib {n}",
            "number {n} of the Fibonacci series",
        ),
        near=(
            "is {n} a Fibonacci number",
            "who was Fibonacci, in {n} words",
            "prime number {n}",
            "the square of {n}",
            "the first {n} even numbers",
        ),
    ),
    Job(
        name="letter-shift",
        request="Shift every letter of a text by a number of places in the alphabet; the rest stays.",
        arguments=f'[input.text]\n{TEXT}[input.shift]\ntype = "integer"\nminimum = 0\nmaximum = 25\n',
        output=TEXT,
        laws="""\
function meta_the_rest_of_the_way_leads_back(input, run) {
  return run({ text: run(input).output, shift: (26 - input.shift) % 26 }).output === input.text;
}
function prop_letters_move_by_so_many_places(input, output) {
  const abc = "abcdefghijklmnopqrstuvwxyz";
  return output.length === input.text.length && [...input.text].every((letter, at) => {
    const from = abc.indexOf(letter.toLowerCase());
    if (from < 0) return output[at] === letter;
    const to = abc[(from + input.shift) % 26];
    return output[at] === (letter === letter.toLowerCase() ? to : to.toUpperCase());
  });
}
""",
        answer=_shifted,
        inputs=tuple(
            {"text": text, "shift": shift}
            for text, shift in zip(
                (*PHRASES_OF_TEXT, *MORE_TEXTS), (3, 13, 1, 25, 5, 7, 2, 4, 0, 9, 20, 3, 6, 8, 1), strict=True
            )
        ),
        judging=tuple({"text": text, "shift": 5 * at % 26} for at, text in enumerate(JUDGING_TEXTS)),
        wordings=(
            "shift {text} by {shift} letters",
            "caesar cipher of {text} with shift {shift}",
            "move the letters of {text} by {shift}",
            "encode {text} with Caesar {shift}",
            "{text} shifted {shift} places in the alphabet",
            "caesar {text} by {shift}",
        ),
        near=(
            "shift the meeting by {n} hours",
            "who was Caesar, in {n} words",
            "move {n} files",
            "letter {n} of the alphabet",
            "a salad for {n} people",
        ),
    ),
    Job(
        name="middle",
        request="Find the median of a list of whole numbers; of an even count the mean of the middle two.",
        arguments=OF_INTEGERS,
        output='type = "number"\nminimum = -1000000\nmaximum = 1000000\nmultipleOf = 0.5\n',
        laws="""\
function prop_as_many_below_as_above(input, output) {
  const below = input.values.filter((value) => value < output).length;
  const above = input.values.filter((value) => value > output).length;
  return below <= input.values.length / 2 && above <= input.values.length / 2;
}
function prop_between_two_neighbours(input, output) {
  const low = Math.max(...input.values.filter((value) => value <= output));
  const high = Math.min(...input.values.filter((value) => value >= output));
  return low === high || output === (low + high) / 2;
}
function meta_the_other_way_round_it_is_the_same(input, run) {
  return run({ values: [...input.values].reverse() }).output === run(input).output;
}
""",
        answer=lambda given: _median(given["values"]),
        inputs=_each("values", *LISTS, *MORE_LISTS),
        judging=_each("values", *JUDGING_LISTS),
        wordings=(
            "median of {values}",
            "what is the median of {values}",
            "the middle value of {values}",
            "find the median: {values}",
            "{values}: median",
            "give me the median for {values}",
        ),
        near=(
            "the mean of {n} and 5",
            "the largest of {n} and 8",
            "cross the median of road {n}",
            "sort {n} and 4",
            "half of {n}",
        ),
    ),
    Job(
        name="words",
        request="Count the words of a text; words are what stands between spaces.",
        arguments=f"[input.text]\n{TEXT}",
        output='type = "integer"\nminimum = 0\nmaximum = 100\n',
        laws="""\
function prop_every_word_begins_once(input, output) {
  let begun = 0;
  for (let at = 0; at < input.text.length; at++) {
    if (input.text[at] !== " " && (at === 0 || input.text[at - 1] === " ")) begun++;
  }
  return begun === output;
}
function meta_one_more_word_counts_one_more(input, run) {
  return input.text.length > 190 || run({ text: `${input.text} more` }).output === run(input).output + 1;
}
""",
        answer=lambda given: len(given["text"].split()),
        inputs=_each("text", *PHRASES_OF_TEXT, *MORE_TEXTS, "one two three"),
        judging=_each("text", *JUDGING_TEXTS),
        wordings=(
            "how many words are in {text}",
            "count the words in {text}",
            "word count of {text}",
            "number of words in {text}",
            "{text}: how many words",
            "words in {text}",
        ),
        near=(
            "say hello in {n} languages",
            "how many letters are in line {n}",
            "an essay of {n} words about cats",
            "the meaning of word {n}",
            "how many pages has book {n}",
        ),
    ),
)


def _plain(value: float) -> float:
    return int(value) if value == int(value) else value
