function main(input) {
  return dayNumber(input.to) - dayNumber(input.from);
}

/** Days since 0000-03-01 in the proleptic Gregorian calendar. */
function dayNumber(date) {
  const [year, month, day] = date.split("-").map(Number);
  // Years that begin in March end with the leap day, so no month after it moves.
  const marchYear = month > 2 ? year : year - 1;
  const marchMonth = (month + 9) % 12;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return 365 * marchYear + leapDays + Math.floor((153 * marchMonth + 2) / 5) + day - 1;
}
