function near(a, b, tolerance) {
  return Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b)) + 1e-300;
}

function prop_that_percentage_of_the_whole_is_the_part(input, output) {
  return near(input.whole * (output / 100), input.part, 1e-11);
}

function prop_sign_follows_the_two_signs(input, output) {
  return output === 0 || Math.sign(output) === Math.sign(input.part) * Math.sign(input.whole);
}

function prop_part_within_the_whole_is_at_most_one_hundred(input, output) {
  return Math.abs(input.part) <= Math.abs(input.whole) ? Math.abs(output) <= 100 : Math.abs(output) >= 100;
}

function meta_part_and_rest_make_one_hundred(input, run) {
  const rest = input.whole - input.part;
  if (input.whole === 0 || Math.abs(rest) > 1e12 || Math.abs(input.part) > Math.abs(input.whole) * 1000) return true;
  const sum = run(input).output + run({ part: rest, whole: input.whole }).output;
  return Math.abs(sum - 100) <= 1e-6;
}

function meta_swapping_gives_the_reciprocal(input, run) {
  const there = run(input).output;
  const back = run({ part: input.whole, whole: input.part }).output;
  if (there === undefined || back === undefined || there === 0 || back === 0) return true;
  return near(there * back, 10000, 1e-11);
}

function throws_whole_is_zero(input) {
  return input.whole === 0;
}
