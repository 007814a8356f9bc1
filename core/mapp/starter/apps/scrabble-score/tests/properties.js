const TIMES = { none: 1, double_word: 2, triple_word: 3 };

function prop_between_one_and_ten_points_a_letter(input, output) {
  const times = TIMES[input.bonus];
  return output >= input.word.length * times && output <= 10 * input.word.length * times && output % times === 0;
}

function prop_agrees_with_the_tile_values_from_a_to_z(input, output) {
  const values = [1, 3, 3, 2, 1, 4, 2, 4, 1, 8, 5, 1, 3, 1, 1, 3, 10, 1, 1, 1, 1, 4, 4, 8, 4, 10];
  let sum = 0;
  for (const c of input.word.toLowerCase()) sum += values[c.charCodeAt(0) - 97];
  return sum * TIMES[input.bonus] === output;
}

function meta_order_and_case_of_letters_do_not_matter(input, run) {
  const word = input.word.split("").reverse().join("").toUpperCase();
  return run({ word, bonus: input.bonus }).output === run(input).output;
}

function meta_parts_add_up(input, run) {
  if (input.word.length < 2) return true;
  const half = Math.floor(input.word.length / 2);
  const score = (word) => run({ word, bonus: input.bonus }).output;
  return score(input.word.slice(0, half)) + score(input.word.slice(half)) === score(input.word);
}

function meta_the_bonus_multiplies(input, run) {
  return run(input).output === TIMES[input.bonus] * run({ word: input.word, bonus: "none" }).output;
}
