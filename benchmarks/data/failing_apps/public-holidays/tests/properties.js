function prop_dates_are_in_the_year(input, output) {
  return output.every((row) => row.date.startsWith(String(input.year) + "-"));
}

function prop_dates_are_in_order(input, output) {
  return output.every((row, at) => at === 0 || output[at - 1].date <= row.date);
}
