// Half a cent of rounding, and what doubles lose on very large amounts.
function slack(amount) {
  return 0.0050001 + Math.abs(amount) * 1e-14;
}

function prop_tax_is_the_rate_of_the_net_price(input, output) {
  const net = input.direction === "add" ? input.price : output;
  const gross = input.direction === "add" ? output : input.price;
  const rounding = input.direction === "add" ? 1 : 1 + input.rate / 100;
  return Math.abs(gross - net - (net * input.rate) / 100) <= slack(gross) * rounding;
}

function prop_adding_never_lowers_and_removing_never_raises(input, output) {
  const change = output - input.price;
  return (input.direction === "add" ? change : -change) >= -slack(output);
}

function prop_result_is_in_whole_cents(input, output) {
  const cents = output * 100;
  return Math.abs(cents - Math.round(cents)) <= 1e-9 * Math.max(1, cents);
}

function meta_removing_what_was_added_gives_the_price_back(input, run) {
  const gross = run({ price: input.price, rate: input.rate, direction: "add" }).output;
  if (gross === undefined || gross > 1e12) return true;
  const net = run({ price: gross, rate: input.rate, direction: "remove" }).output;
  return Math.abs(net - input.price) <= 2 * slack(input.price);
}

function meta_a_higher_rate_moves_the_price_further(input, run) {
  if (input.rate > 50) return true;
  const here = run(input).output;
  const further = run({ ...input, rate: input.rate * 2 }).output;
  return input.direction === "add" ? further >= here : further <= here;
}

function throws_no_such_rate(input) {
  return input.rate > 100;
}
