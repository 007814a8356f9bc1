function prop_total_has_at_most_two_decimals(input, output) {
  return Math.abs(output.total * 100 - Math.round(output.total * 100)) < 1e-6;
}

function prop_nothing_costs_nothing(input, output) {
  return input.list.trim() !== "" || (output.items === 0 && output.total === 0);
}

function meta_an_item_more_adds_its_price(input, run) {
  const before = run(input).output;
  if (before === undefined || input.list.length > 9900) return true;
  const after = run({ list: `${input.list}\n2 x Tea 1.25` }).output;
  return after.items === before.items + 2 && Math.abs(after.total - before.total - 2.5) < 1e-6;
}
