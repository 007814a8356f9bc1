function prop_the_day_never_grows(input, output) {
  return Number(output.date.slice(-2)) <= Number(input.start.slice(8));
}

function prop_the_month_is_a_month(input, output) {
  const month = Number(output.date.slice(-5, -3));
  return month >= 1 && month <= 12;
}

function prop_calendar_quarters(input, output) {
  return input.fiscal_start !== 1 || output.quarter === Math.ceil(Number(output.date.slice(-5, -3)) / 3);
}

function meta_twelve_months_are_a_year(input, run) {
  const months = run({ ...input, period: "monthly", count: 12 }).output;
  return months.date === run({ ...input, period: "yearly", count: 1 }).output.date;
}
