function months(input) {
  return Math.max(1, Math.round(input.years * 12));
}

// Pays off month by month and looks at what is left in the end.
function prop_payments_bring_the_balance_to_zero(input, output) {
  const rate = input.rate / 1200;
  const payment = output.total / months(input);
  let balance = input.principal;
  let growth = 1; // what a cent of rounding in one payment has become
  for (let month = 0; month < months(input); month++) {
    balance = balance * (1 + rate) - payment;
    growth = growth * (1 + rate);
  }
  return Math.abs(balance) <= (0.02 + input.principal * 1e-10) * growth;
}

function prop_total_is_principal_plus_interest(input, output) {
  return Math.abs(output.total - output.interest - input.principal) <= 0.0050001 + output.total * 1e-14;
}

function prop_total_is_the_monthly_payments_within_rounding(input, output) {
  return Math.abs(output.total - output.monthly * months(input)) <= 0.0051 * (months(input) + 1) + output.total * 1e-12;
}

// Interest is at most what the whole loan would cost if nothing were paid back before the end.
function prop_interest_is_bounded_by_simple_interest(input, output) {
  const simple = (input.principal * input.rate * months(input)) / 1200;
  return output.interest <= simple * (1 + 1e-9) + 0.0100001 && output.monthly >= (input.principal * input.rate) / 1200 - 0.0100001;
}

function meta_a_longer_term_costs_no_less_interest(input, run) {
  if (input.years > 49) return true;
  return run({ ...input, years: input.years + 1 }).output.interest >= run(input).output.interest - 0.0100001;
}

function meta_without_interest_the_total_is_the_principal(input, run) {
  const output = run({ ...input, rate: 0 }).output;
  return output.interest === 0 && Math.abs(output.total - input.principal) <= 0.0050001 + input.principal * 1e-14;
}
