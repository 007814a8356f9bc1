function main(input) {
  const [dateYear, month, day] = input.date.split("-").map(Number);
  const number = dayNumber(dateYear, month, day);
  // A week belongs to the year that has its Thursday; Monday is 0 and Thursday 3.
  const thursday = number - weekday(number) + 3;
  const year = [dateYear + 1, dateYear].find((y) => firstDay(y) <= thursday) ?? dateYear - 1;
  return { week: Math.floor((thursday - firstDay(year)) / 7) + 1, year };
}

function firstDay(year) {
  return dayNumber(year, 1, 1);
}

/** 0 is Monday: day number 0, the first of March of the year 0, was a Wednesday. */
function weekday(number) {
  return (((number + 2) % 7) + 7) % 7;
}

/** Days since 0000-03-01 in the proleptic Gregorian calendar. */
function dayNumber(year, month, day) {
  // Years that begin in March end with the leap day, so no month after it moves.
  const marchYear = month > 2 ? year : year - 1;
  const marchMonth = (month + 9) % 12;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return 365 * marchYear + leapDays + Math.floor((153 * marchMonth + 2) / 5) + day - 1;
}
