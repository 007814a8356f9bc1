// Half a cent of rounding, and what doubles lose on very large amounts.
function slack(amount) {
  return 0.0050001 + Math.abs(amount) * 1e-14;
}

function prop_price_less_its_percentage_remains(input, output) {
  const saved = input.price * (input.percent / 100);
  return Math.abs(input.price - saved - output) <= slack(input.price);
}

function prop_never_more_than_the_price(input, output) {
  return output <= input.price + slack(input.price);
}

function prop_result_is_in_whole_cents(input, output) {
  const cents = output * 100;
  return Math.abs(cents - Math.round(cents)) <= 1e-9 * Math.max(1, cents);
}

function meta_a_bigger_discount_leaves_less(input, run) {
  return run({ price: input.price, percent: (input.percent + 100) / 2 }).output <= run(input).output;
}

function meta_opposite_discounts_share_the_price(input, run) {
  const rest = run({ price: input.price, percent: 100 - input.percent }).output;
  return Math.abs(run(input).output + rest - input.price) <= 2 * slack(input.price);
}
