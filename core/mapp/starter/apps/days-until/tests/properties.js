/** Days since 0000-12-31: whole years, then whole months, then days. */
function dayNumber(date) {
  const [year, month, day] = date.split("-").map(Number);
  const before = year - 1;
  const february = year % 400 === 0 || (year % 4 === 0 && year % 100 !== 0) ? 29 : 28;
  const lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  let days = 365 * before + Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400) + day;
  for (const length of lengths.slice(0, month - 1)) days += length;
  return days;
}

/** Days to come, whichever way they were counted. */
function ahead(input, output) {
  return input.direction === "since" ? -output : output;
}

function prop_today_lies_after_1969_and_before_10000(input, output) {
  const today = dayNumber(input.date) - ahead(input, output);
  return today >= dayNumber("1969-12-31") && today <= dayNumber("9999-12-31");
}

function meta_two_dates_are_as_far_apart_as_on_the_calendar(input, run) {
  const other = "2000-02-29";
  const apart = run({ date: input.date, direction: "until" }).output - run({ date: other, direction: "until" }).output;
  return apart === dayNumber(input.date) - dayNumber(other);
}

function meta_later_dates_are_further_away(input, run) {
  const turn = "2100-01-01";
  const order = run({ date: input.date, direction: "until" }).output - run({ date: turn, direction: "until" }).output;
  return Math.sign(order) === (input.date > turn ? 1 : input.date < turn ? -1 : 0);
}

function meta_a_year_further_is_a_year_of_days_further(input, run) {
  const year = Number(input.date.slice(0, 4));
  const shift = (by) => String(year + by).padStart(4, "0") + input.date.slice(4);
  if (input.date.slice(5) === "02-29" || year > 9599) return true;
  const step = run({ date: shift(400), direction: "until" }).output - run({ date: input.date, direction: "until" }).output;
  const next = run({ date: shift(1), direction: "until" }).output - run({ date: input.date, direction: "until" }).output;
  return step === 146097 && (next === 365 || next === 366);
}

function meta_until_and_since_are_opposite(input, run) {
  const until = run({ date: input.date, direction: "until" }).output;
  return until + run({ date: input.date, direction: "since" }).output === 0;
}
