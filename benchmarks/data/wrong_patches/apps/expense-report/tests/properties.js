function prop_the_rows_add_up_to_the_total(input, output) {
  const sum = output.rows.reduce((total, row) => total + row.amount, 0);
  return Math.abs(sum - output.total) < 0.001;
}

function prop_there_are_at_most_as_many_rows_as_expenses(input, output) {
  return output.rows.length <= input.expenses.length;
}

function prop_amounts_fall(input, output) {
  const rows = output.rows.filter((row) => row.category !== "(small)");
  return rows.every((row, at) => at === 0 || rows[at - 1].amount >= row.amount);
}

function meta_nothing_is_merged_below_zero(input, run) {
  const names = new Set(input.expenses.map((expense) => expense.category.trim().toLowerCase()));
  return run({ ...input, merge_below: 0 }).output.rows.length >= names.size - 1;
}
