function near(a, b, cents) {
  return Math.abs(a - b) <= cents * 0.0050001 + 1e-14 * Math.max(Math.abs(a), Math.abs(b));
}

function prop_dividing_by_the_rate_gives_the_amount_back(input, output) {
  return Math.abs(output / input.rate - input.amount) <= 0.0050001 / input.rate + input.amount * 1e-14;
}

function prop_more_exactly_when_the_rate_is_above_one(input, output) {
  return input.rate >= 1 ? output >= input.amount - 0.0050001 - input.amount * 1e-14 : output <= input.amount + 0.0050001;
}

function prop_result_is_in_whole_cents(input, output) {
  const cents = output * 100;
  return Math.abs(cents - Math.round(cents)) <= 1e-9 * Math.max(1, cents);
}

function meta_amounts_may_be_converted_apart(input, run) {
  const half = run({ amount: input.amount / 2, rate: input.rate }).output;
  const whole = run(input).output;
  return half === undefined || whole === undefined || near(half * 2, whole, 3);
}

function meta_a_rate_of_one_only_rounds(input, run) {
  return near(run({ amount: input.amount, rate: 1 }).output, input.amount, 1);
}
