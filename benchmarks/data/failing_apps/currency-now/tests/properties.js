function prop_amount_is_rate_times_amount(input, output) {
  return Math.abs(output.amount - input.amount * output.rate) <= 0.0051 + input.amount * output.rate * 1e-9;
}

function prop_same_currency_has_rate_one(input, output) {
  return input.from !== input.to || output.rate === 1;
}
