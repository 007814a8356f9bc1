function parts(date) {
  const [year, month, day] = date.split("-").map(Number);
  return { year, month, day };
}

/** Days since 0000-03-01, by the March-based formula. */
function dayNumber(date) {
  const { year, month, day } = parts(date);
  const marchYear = month > 2 ? year : year - 1;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return 365 * marchYear + leapDays + Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
}

function monthNumber(date) {
  const { year, month } = parts(date);
  return 12 * year + month - 1;
}

function lastDay(date) {
  const { year, month } = parts(date);
  if (month === 2) return year % 400 === 0 || (year % 4 === 0 && year % 100 !== 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function signed(input) {
  return input.direction === "subtract" ? -input.amount : input.amount;
}

function stepInDays(input) {
  return { day: 1, week: 7 }[input.unit] * signed(input);
}

function stepInMonths(input) {
  return { month: 1, year: 12 }[input.unit] * signed(input);
}

function prop_days_and_weeks_move_by_that_many_days(input, output) {
  if (!["day", "week"].includes(input.unit)) return true;
  return dayNumber(output) - dayNumber(input.date) === stepInDays(input);
}

function prop_months_and_years_move_by_that_many_months(input, output) {
  if (!["month", "year"].includes(input.unit)) return true;
  return monthNumber(output) - monthNumber(input.date) === stepInMonths(input);
}

function prop_the_day_of_the_month_stays_unless_the_month_is_too_short(input, output) {
  if (!["month", "year"].includes(input.unit)) return true;
  return parts(output).day === Math.min(parts(input.date).day, lastDay(output));
}

function prop_the_answer_is_a_day_of_the_calendar(input, output) {
  const { year, month, day } = parts(output);
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= lastDay(output);
}

function meta_days_can_be_taken_back(input, run) {
  const there = run(input);
  if (there.error || !["day", "week"].includes(input.unit) || input.date < "0001-01-01") return true;
  const back = input.direction === "subtract" ? "add" : "subtract";
  return run({ date: there.output, amount: input.amount, unit: input.unit, direction: back }).output === input.date;
}

function throws_out_of_range(input) {
  if (["day", "week"].includes(input.unit)) {
    const target = dayNumber(input.date) + stepInDays(input);
    return target < dayNumber("0001-01-01") || target > dayNumber("9999-12-31");
  }
  const year = Math.floor((monthNumber(input.date) + stepInMonths(input)) / 12);
  return year < 1 || year > 9999;
}
