function isLeap(year) {
  return year % 400 === 0 || (year % 4 === 0 && year % 100 !== 0);
}

/** The formula of POSIX for the seconds since the Epoch, with the days of the year added up month by month. */
function secondsOf(text) {
  const [year, month, day, hour, minute, second] = text.match(/[0-9]+/g).map(Number);
  const lengths = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  const dayOfYear = lengths.slice(0, month - 1).reduce((sum, length) => sum + length, 0) + day - 1;
  const before = year - 1;
  const leapDays = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400) - 477;
  return second + 60 * minute + 3600 * hour + 86400 * (dayOfYear + 365 * (year - 1970) + leapDays);
}

function prop_the_posix_formula_leads_back(input, output) {
  return secondsOf(output) === input.seconds;
}

function prop_the_day_is_one_of_its_month(input, output) {
  const [year, month, day] = output.match(/[0-9]+/g).map(Number);
  const last = month === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  return day >= 1 && day <= last;
}

function meta_a_day_later_it_is_the_same_time_of_day(input, run) {
  if (input.seconds + 86400 > 253402300799) return true;
  const [now, later] = [run({ seconds: input.seconds }).output, run({ seconds: input.seconds + 86400 }).output];
  return now.slice(10) === later.slice(10) && now.slice(0, 10) < later.slice(0, 10);
}

function meta_the_calendar_repeats_after_400_years(input, run) {
  const later = input.seconds + 146097 * 86400;
  if (later > 253402300799) return true;
  const [now, then] = [run({ seconds: input.seconds }).output, run({ seconds: later }).output];
  return Number(then.slice(0, 4)) === Number(now.slice(0, 4)) + 400 && then.slice(4) === now.slice(4);
}
