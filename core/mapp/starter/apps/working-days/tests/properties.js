/** Days since 0000-12-31, a Sunday: whole years, then whole months, then days. */
function dayNumber(date) {
  const [year, month, day] = date.split("-").map(Number);
  const before = year - 1;
  const february = year % 400 === 0 || (year % 4 === 0 && year % 100 !== 0) ? 29 : 28;
  const lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  let days = 365 * before + Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400) + day;
  for (const length of lengths.slice(0, month - 1)) days += length;
  return days;
}

function isWorkingDay(number) {
  return ![0, 6].includes(((number % 7) + 7) % 7);
}

function prop_whole_weeks_give_five_and_the_rest_is_counted_day_by_day(input, output) {
  const first = dayNumber(input.from);
  const length = dayNumber(input.to) - first + 1;
  const weeks = Math.floor(length / 7);
  let count = 5 * weeks;
  for (let offset = 7 * weeks; offset < length; offset++) if (isWorkingDay(first + offset)) count += 1;
  return output === count;
}

function prop_days_that_are_left_out_are_weekends(input, output) {
  const length = dayNumber(input.to) - dayNumber(input.from) + 1;
  const leftOut = length - output;
  return output <= length && leftOut >= 2 * Math.floor(length / 7) && leftOut <= 2 * Math.floor((length + 6) / 7);
}

function meta_a_span_is_the_sum_of_its_parts(input, run) {
  const [middle, next] = ["2024-02-29", "2024-03-01"];
  if (input.from > middle || input.to < next) return true;
  const left = run({ from: input.from, to: middle }).output;
  const right = run({ from: next, to: input.to }).output;
  return left + right === run({ from: input.from, to: input.to }).output;
}

function meta_a_single_day_counts_when_it_is_no_weekend(input, run) {
  return run({ from: input.to, to: input.to }).output === (isWorkingDay(dayNumber(input.to)) ? 1 : 0);
}

function throws_end_before_start(input) {
  return dayNumber(input.to) < dayNumber(input.from);
}
