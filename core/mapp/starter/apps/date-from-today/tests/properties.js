function parts(date) {
  const [year, month, day] = date.split("-").map(Number);
  return { year, month, day };
}

function isLeap(year) {
  return year % 400 === 0 || (year % 4 === 0 && year % 100 !== 0);
}

function lastDay(date) {
  const { year, month } = parts(date);
  if (month === 2) return isLeap(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** Days since 0000-12-31: whole years, then whole months, then days. */
function dayNumber(date) {
  const { year, month, day } = parts(date);
  const before = year - 1;
  let days = 365 * before + Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400);
  for (let m = 1; m < month; m++) days += m === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].includes(m) ? 30 : 31;
  return days + day;
}

function monthNumber(date) {
  const { year, month } = parts(date);
  return 12 * year + month - 1;
}

function signed(input) {
  return input.direction === "subtract" ? -input.amount : input.amount;
}

function todayBy(run) {
  return run({ amount: 0, unit: "day", direction: "add" }).output;
}

function prop_the_answer_is_a_day_of_the_calendar(input, output) {
  const { year, month, day } = parts(output);
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= lastDay(output);
}

function meta_days_and_weeks_move_by_that_many_days(input, run) {
  const answer = run(input);
  const step = { day: 1, week: 7 }[input.unit];
  if (answer.error || !step) return true;
  return dayNumber(answer.output) - dayNumber(todayBy(run)) === step * signed(input);
}

function meta_months_and_years_keep_the_day_where_they_can(input, run) {
  const answer = run(input);
  const step = { month: 1, year: 12 }[input.unit];
  if (answer.error || !step) return true;
  const today = todayBy(run);
  return monthNumber(answer.output) - monthNumber(today) === step * signed(input)
    && parts(answer.output).day === Math.min(parts(today).day, lastDay(answer.output));
}

function meta_refuses_exactly_what_leaves_the_calendar(input, run) {
  const today = todayBy(run);
  const refused = run(input).error === "out_of_range";
  if (input.unit === "day" || input.unit === "week") {
    const target = dayNumber(today) + (input.unit === "week" ? 7 : 1) * signed(input);
    return refused === (target < 1 || target > dayNumber("9999-12-31"));
  }
  const year = Math.floor((monthNumber(today) + (input.unit === "year" ? 12 : 1) * signed(input)) / 12);
  return refused === (year < 1 || year > 9999);
}

function meta_longer_spans_reach_further(input, run) {
  if (input.amount === 0) return true;
  const near = run({ amount: input.amount - 1, unit: input.unit, direction: input.direction });
  const far = run(input);
  if (near.error || far.error) return true;
  return input.direction === "subtract" ? far.output < near.output : near.output < far.output;
}
