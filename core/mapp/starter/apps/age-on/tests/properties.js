function parts(date) {
  const [year, month, day] = date.split("-").map(Number);
  return { year, month, day };
}

/** Orders dates as numbers: 20240305. */
function rank(date) {
  const { year, month, day } = parts(date);
  return 10000 * year + 100 * month + day;
}

/** The birthday that completes so many years, as a rank; 29 February stays there, just after the 28th. */
function birthday(date, years) {
  return rank(date) + 10000 * years;
}

function prop_the_last_birthday_is_over_and_the_next_is_not(input, output) {
  const on = rank(input.on);
  return birthday(input.birth, output) <= on && on < birthday(input.birth, output + 1);
}

function prop_the_age_is_near_the_days_lived(input, output) {
  const [birth, on] = [parts(input.birth), parts(input.on)];
  const lived = on.year - birth.year + (on.month - birth.month) / 12 + (on.day - birth.day) / 365;
  return output > lived - 1.1 && output < lived + 0.1;
}

function meta_on_the_day_of_birth_the_age_is_zero(input, run) {
  return run({ birth: input.birth, on: input.birth }).output === 0;
}

function meta_one_calendar_year_later_one_year_older(input, run) {
  const year = parts(input.on).year + 1;
  const now = run({ birth: input.birth, on: input.on });
  if (now.error || year > 9999 || input.on.slice(5) === "02-29") return true;
  return run({ birth: input.birth, on: String(year).padStart(4, "0") + input.on.slice(4) }).output === now.output + 1;
}

function throws_not_born_yet(input) {
  return rank(input.on) < rank(input.birth);
}
