function prop_the_calendar_has_a_29th_of_february(input, output) {
  const day = new Date(0);
  day.setUTCFullYear(input.year, 1, 29);
  return (day.getUTCMonth() === 1) === output;
}

function meta_four_hundred_years_later_it_is_the_same(input, run) {
  if (input.year > 9599) return true;
  return run({ year: input.year + 400 }).output === run(input).output;
}

function meta_of_four_years_in_a_row_at_most_one(input, run) {
  if (input.year > 9990) return true;
  return [0, 1, 2, 3].filter((later) => run({ year: input.year + later }).output).length <= 1;
}

function meta_centuries_need_four_hundred(input, run) {
  const century = 100 * Math.ceil(input.year / 100);
  if (century > 9999) return true;
  return run({ year: century }).output === Number.isInteger(century / 400);
}
