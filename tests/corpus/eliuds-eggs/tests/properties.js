function prop_the_binary_text_says_the_same(input, output) {
  return input.number.toString(2).replace(/0/g, "").length === output;
}

function meta_doubling_adds_no_one(input, run) {
  if (input.number > 1000000000) return true;
  return run({ number: input.number * 2 }).output === run(input).output;
}

function meta_an_odd_number_has_one_more_than_the_even_one_below(input, run) {
  if (input.number % 2 === 0) return true;
  return run({ number: input.number - 1 }).output === run(input).output - 1;
}
