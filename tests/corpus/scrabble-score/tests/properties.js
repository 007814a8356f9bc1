const POINTS = [1, 3, 3, 2, 1, 4, 2, 4, 1, 8, 5, 1, 3, 1, 1, 3, 10, 1, 1, 1, 1, 4, 4, 8, 4, 10];

function prop_each_letter_scores_between_one_and_ten(input, output) {
  return output >= input.word.length && output <= 10 * input.word.length;
}

function prop_counting_letters_gives_the_same(input, output) {
  const small = input.word.toLowerCase();
  return output === POINTS.reduce((sum, points, i) => sum + points * (small.split(String.fromCharCode(97 + i)).length - 1), 0);
}

function meta_two_halves_add_up(input, run) {
  const [left, right] = [input.word.slice(0, 3), input.word.slice(3)].map((word) => run({ word }).output);
  return left + right === run(input).output;
}

function meta_case_does_not_matter(input, run) {
  return run({ word: input.word.toLowerCase() }).output === run({ word: input.word.toUpperCase() }).output;
}
