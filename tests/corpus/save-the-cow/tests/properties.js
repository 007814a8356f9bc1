function misses(input) {
  return input.guesses.filter((letter, i) => !input.word.includes(letter) || input.guesses.indexOf(letter) < i).length;
}

function prop_letters_guessed_are_shown_and_no_others(input, output) {
  return output.maskedWord.length === input.word.length && Array.from(input.word).every((letter, i) =>
    output.maskedWord[i] === (input.guesses.includes(letter) ? letter : "_"));
}

function prop_each_miss_costs_one(input, output) {
  return output.remainingFailures === Math.max(9 - misses(input), 0);
}

function prop_won_when_all_is_shown(input, output) {
  return (output.state === "Win") === (output.maskedWord === input.word);
}

function prop_lost_at_the_tenth_miss(input, output) {
  return (output.state === "Lose") === (misses(input) === 10);
}

function meta_nothing_can_be_guessed_after_the_end(input, run) {
  const there = run(input);
  if (input.guesses.length > 14 || there.output === undefined || there.output.state === "Ongoing") return true;
  const error = run({ ...input, guesses: [...input.guesses, "x"] }).error;
  return error === (there.output.state === "Win" ? "already_won" : "already_lost");
}

function throws_already_lost(input) {
  const lost = input.guesses.findIndex((_, i) => misses({ word: input.word, guesses: input.guesses.slice(0, i + 1) }) > 9);
  const before = input.guesses.slice(0, lost);
  const won = Array.from(input.word).every((letter) => before.includes(letter));
  return lost >= 0 && lost < input.guesses.length - 1 && !won;
}

function throws_already_won(input) {
  const missing = new Set(input.word);
  let wrong = 0;
  for (const [i, letter] of input.guesses.entries()) {
    if (!missing.delete(letter)) wrong += 1;
    if (wrong === 10) return false;
    if (missing.size === 0) return i < input.guesses.length - 1;
  }
  return false;
}
