function productOf(text) {
  return Array.from(text).reduce((product, digit) => product * (digit.charCodeAt(0) - 48), 1);
}

function windows(input) {
  return Array.from({ length: input.digits.length - input.span + 1 }, (_, i) => input.digits.substr(i, input.span));
}

function prop_no_window_gives_more(input, output) {
  return windows(input).every((window) => productOf(window) <= output);
}

function prop_some_window_gives_it(input, output) {
  return windows(input).some((window) => productOf(window) === output);
}

function meta_the_other_way_round_gives_the_same(input, run) {
  const there = run(input);
  const back = run({ ...input, digits: input.digits.split("").reverse().join("") });
  return there.output === back.output && there.error === back.error;
}

function meta_more_digits_give_no_less(input, run) {
  const there = run(input).output;
  if (there === undefined || input.digits.length > 59) return true;
  return run({ ...input, digits: input.digits + "9" }).output >= there;
}

function throws_negative_span(input) {
  return Math.sign(input.span) === -1;
}

function throws_span_too_long(input) {
  return input.digits.length - input.span < 0;
}

function throws_not_digits(input) {
  return input.span >= 0 && input.digits.length >= input.span && input.digits.toUpperCase() !== input.digits;
}
