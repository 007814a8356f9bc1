function main(input) {
  const first = dayNumber(input.from);
  const last = dayNumber(input.to);
  if (last < first) throw new Error("end_before_start");
  return workingDaysBefore(last + 1) - workingDaysBefore(first);
}

/** Working days from a Monday long ago (day 5 of our count is one) up to this day, the day itself not counted. */
function workingDaysBefore(number) {
  const sinceMonday = number - 5;
  const weeks = Math.floor(sinceMonday / 7);
  return 5 * weeks + Math.min(sinceMonday - 7 * weeks, 5);
}

/** Days since 0000-03-01, a Wednesday, in the proleptic Gregorian calendar. */
function dayNumber(date) {
  const [year, month, day] = date.split("-").map(Number);
  // Years that begin in March end with the leap day, so no month after it moves.
  const marchYear = month > 2 ? year : year - 1;
  const marchMonth = (month + 9) % 12;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return 365 * marchYear + leapDays + Math.floor((153 * marchMonth + 2) / 5) + day - 1;
}
