const ORDER = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

function isLeap(year) {
  return year % 400 === 0 || (year % 4 === 0 && year % 100 !== 0);
}

function monthLengths(year) {
  return [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
}

function text(year, month, day) {
  return `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}

function dayAfter(date) {
  const [year, month, day] = date.split("-").map(Number);
  if (day < monthLengths(year)[month - 1]) return text(year, month, day + 1);
  return month < 12 ? text(year, month + 1, 1) : text(year + 1, 1, 1);
}

/** Counts days from a known Monday, 0001-01-01, by whole years and whole months. */
function prop_agrees_with_counting_from_a_known_monday(input, output) {
  const [year, month, day] = input.date.split("-").map(Number);
  const before = year - 1;
  let days = 365 * before + Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400) + day - 1;
  for (const length of monthLengths(year).slice(0, month - 1)) days += length;
  return output === ORDER[((days % 7) + 7) % 7];
}

/** Zeller's congruence: 0 is Saturday. */
function prop_agrees_with_zeller(input, output) {
  let [year, month, day] = input.date.split("-").map(Number);
  year += 400;
  if (month < 3) {
    month += 12;
    year -= 1;
  }
  const century = Math.floor(year / 100);
  const rest = year % 100;
  const h = (day + Math.floor((13 * (month + 1)) / 5) + rest + Math.floor(rest / 4) + Math.floor(century / 4) + 5 * century) % 7;
  return output === ORDER[(h + 5) % 7];
}

function meta_the_next_day_has_the_next_name(input, run) {
  if (input.date >= "9999-12-31") return true;
  const next = run({ date: dayAfter(input.date) }).output;
  return ORDER.indexOf(next) === (ORDER.indexOf(run({ date: input.date }).output) + 1) % 7;
}

function meta_the_calendar_repeats_after_400_years(input, run) {
  const [year, month, day] = input.date.split("-").map(Number);
  if (year + 400 > 9999) return true;
  return run({ date: text(year + 400, month, day) }).output === run({ date: input.date }).output;
}
