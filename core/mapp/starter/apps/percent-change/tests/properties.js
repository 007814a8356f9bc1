function prop_applying_the_change_gives_the_new_value(input, output) {
  const reached = input.from + (Math.abs(input.from) * output) / 100;
  return Math.abs(reached - input.to) <= 1e-11 * Math.max(Math.abs(input.from), Math.abs(input.to)) + 1e-300;
}

function prop_sign_tells_rise_or_fall(input, output) {
  return output === 0 ? Math.abs(input.to - input.from) <= 1e-300 : output > 0 === input.to > input.from;
}

function prop_losing_everything_is_minus_one_hundred(input, output) {
  return input.from < 0 || input.to < 0 || (output >= -100 && (input.to !== 0 || output === -100));
}

function meta_scale_does_not_matter(input, run) {
  if (Math.abs(input.from) > 1e11 || Math.abs(input.to) > 1e11 || Math.abs(input.from) < 1e-200) return true;
  const here = run(input);
  const scaled = run({ from: input.from * 8, to: input.to * 8 });
  return here.error === scaled.error && here.output === scaled.output;
}

function meta_no_change_is_zero(input, run) {
  return input.from === 0 || run({ from: input.from, to: input.from }).output === 0;
}

function throws_from_is_zero(input) {
  return input.from === 0;
}
