function months(input) {
  return Math.round(input.years * 12);
}

function periods(input) {
  const often = { daily: 365, monthly: 12, quarterly: 4, "half-yearly": 2, yearly: 1 };
  return often[input.compounding.replace("compounded-", "")];
}

function near(a, b, tolerance) {
  return Math.abs(a - b) <= 0.0100001 + tolerance * Math.max(Math.abs(a), Math.abs(b));
}

function prop_agrees_with_going_month_by_month(input, output) {
  const growth = Math.pow(1 + input.rate / 100 / periods(input), periods(input) / 12);
  let balance = input.principal;
  for (let month = 0; month < months(input); month++) balance = balance * growth + input.monthly;
  return near(output, balance, 1e-9);
}

function prop_never_less_than_what_was_put_in(input, output) {
  return output >= (input.principal + input.monthly * months(input)) * (1 - 1e-12) - 0.0100001;
}

function prop_at_least_simple_interest_after_whole_years(input, output) {
  if (months(input) % 12 !== 0) return true;
  const simple = input.principal * (1 + (input.rate / 100) * (months(input) / 12));
  return output >= simple * (1 - 1e-12) - 0.0100001;
}

function meta_two_stretches_make_one(input, run) {
  const half = Math.floor(months(input) / 2);
  const first = run({ ...input, years: half / 12 }).output;
  const whole = run(input).output;
  if (first === undefined || whole === undefined || first > 1e9) return true;
  const second = run({ ...input, principal: first, years: (months(input) - half) / 12 }).output;
  const growth = Math.exp((input.rate / 100) * input.years);
  return Math.abs(second - whole) <= 0.0200001 * growth + 1e-9 * whole;
}

function meta_compounding_more_often_never_earns_less(input, run) {
  const yearly = run({ ...input, compounding: "compounded-yearly" }).output;
  const here = run(input).output;
  const daily = run({ ...input, compounding: "compounded-daily" }).output;
  if (daily === undefined) return true;
  return yearly <= here + 0.0100001 + here * 1e-12 && here <= daily + 0.0100001 + daily * 1e-12;
}

function meta_twice_the_money_gives_twice_the_balance(input, run) {
  if (input.principal > 5e8 || input.monthly > 5e5) return true;
  const twice = run({ ...input, principal: input.principal * 2, monthly: input.monthly * 2 }).output;
  return twice === undefined || near(twice, run(input).output * 2, 1e-12);
}
