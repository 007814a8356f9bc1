const MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isLeap(year) {
  return year % 400 === 0 || (year % 4 === 0 && year % 100 !== 0);
}

/** 0 for 1 January: adds up whole months, the slow way. */
function dayOfYear(date) {
  const [year, month, day] = date.split("-").map(Number);
  let days = day - 1;
  for (let m = 1; m < month; m++) days += m === 2 && isLeap(year) ? 29 : MONTHS[m - 1];
  return days;
}

/** Walks the years one by one from the earlier date to the later. */
function slowCount(from, to) {
  if (from > to) return -slowCount(to, from);
  let days = dayOfYear(to) - dayOfYear(from);
  for (let year = Number(from.slice(0, 4)); year < Number(to.slice(0, 4)); year++) days += isLeap(year) ? 366 : 365;
  return days;
}

function prop_agrees_with_counting_year_by_year(input, output) {
  return output === slowCount(input.from, input.to);
}

function prop_sign_tells_the_order(input, output) {
  const order = input.from < input.to ? 1 : input.from > input.to ? -1 : 0;
  return Math.sign(output) === order;
}

function meta_swapping_the_dates_turns_the_sign(input, run) {
  return run({ from: input.from, to: input.to }).output + run({ from: input.to, to: input.from }).output === 0;
}

function meta_a_stop_on_the_way_changes_nothing(input, run) {
  const stop = "2000-02-29";
  const whole = run({ from: input.from, to: input.to }).output;
  return run({ from: input.from, to: stop }).output + run({ from: stop, to: input.to }).output === whole;
}
