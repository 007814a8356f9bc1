/** Leap years up to and including a year. */
function leapYearsUpTo(year) {
  return Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400);
}

function prop_agrees_with_the_count_of_leap_days(input, output) {
  return leapYearsUpTo(input.year) - leapYearsUpTo(input.year - 1) === (output ? 1 : 0);
}

function prop_the_last_two_digits_of_a_leap_year_divide_by_four(input, output) {
  return !output || Number(String(input.year).slice(-2)) % 4 === 0;
}

function meta_the_rule_repeats_after_400_years(input, run) {
  if (input.year + 400 > 999999) return true;
  return run({ year: input.year + 400 }).output === run({ year: input.year }).output;
}

function meta_no_two_leap_years_within_three_years(input, run) {
  if (input.year < 4) return true;
  const before = [1, 2, 3].map((back) => run({ year: input.year - back }).output);
  return !run({ year: input.year }).output || before.every((leap) => leap === false);
}

function meta_a_century_is_a_leap_year_only_every_fourth_time(input, run) {
  const century = 100 * Math.floor(input.year / 100);
  if (century < 400) return true;
  return run({ year: century }).output === (Math.floor(century / 100) % 4 === 0);
}
