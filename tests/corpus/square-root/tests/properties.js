function prop_the_square_is_not_above(input, output) {
  return output ** 2 <= input.radicand;
}

function prop_the_next_square_is_above(input, output) {
  return (output + 1) ** 2 > input.radicand;
}

function meta_the_root_of_a_square_is_what_was_squared(input, run) {
  const number = input.radicand % 31623;
  return run({ radicand: number * number }).output === number;
}
