function near(a, b) {
  return Math.abs(a - b) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b)) + 1e-300;
}

function prop_is_value_times_a_hundredth_of_the_percentage(input, output) {
  return near(output, input.value * (input.percent / 100));
}

function prop_sign_follows_the_two_signs(input, output) {
  return output === 0 || Math.sign(output) === Math.sign(input.percent) * Math.sign(input.value);
}

function meta_the_two_parts_make_the_whole(input, run) {
  const rest = 100 - input.percent;
  if (Math.abs(rest) > 10000) return true;
  const sum = run(input).output + run({ percent: rest, value: input.value }).output;
  const scale = Math.abs(input.value) * Math.max(1, Math.abs(input.percent) / 100);
  return Math.abs(sum - input.value) <= 1e-12 * scale + 1e-300;
}

// a % of b is b % of a.
function meta_percent_and_value_may_change_places(input, run) {
  if (Math.abs(input.value) > 10000) return true;
  return run({ percent: input.value, value: input.percent }).output === run(input).output;
}

function meta_one_hundred_percent_is_the_value(input, run) {
  return near(run({ percent: 100, value: input.value }).output, input.value);
}
