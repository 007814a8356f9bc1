function prop_twice_the_modifier_is_what_is_above_ten(input, output) {
  const rest = input.score - 10 - 2 * output;
  return rest === 0 || rest === 1;
}

function meta_two_points_more_raise_it_by_one(input, run) {
  if (input.score > 16) return true;
  return run({ score: input.score + 2 }).output === run(input).output + 1;
}

function meta_an_even_score_has_the_modifier_of_the_next(input, run) {
  if (input.score % 2 === 1 || input.score > 17) return true;
  return run({ score: input.score + 1 }).output === run(input).output;
}
