const MS_PER_DAY = 86400000;

function main(input, host) {
  const today = Math.floor(host.now() / MS_PER_DAY);
  const date = dayNumber(input.date);
  return input.direction === "since" ? today - date : date - today;
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar. */
function dayNumber(date) {
  const [year, month, day] = date.split("-").map(Number);
  // Years that begin in March end with the leap day, so no month after it moves.
  const marchYear = month > 2 ? year : year - 1;
  const marchMonth = (month + 9) % 12;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  const sinceMarchOfYear0 = 365 * marchYear + leapDays + Math.floor((153 * marchMonth + 2) / 5) + day - 1;
  return sinceMarchOfYear0 - 719468;
}
