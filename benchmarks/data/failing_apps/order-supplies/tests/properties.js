function prop_total_is_in_cents(input, output) {
  return Math.abs(output.total * 100 - Math.round(output.total * 100)) < 1e-6;
}

function prop_more_than_nothing_costs_something(input, output) {
  return output.total > 0;
}
