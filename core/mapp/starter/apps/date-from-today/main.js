const MS_PER_DAY = 86400000;

function main(input, host) {
  const today = calendarDay(Math.floor(host.now() / MS_PER_DAY));
  const amount = input.direction === "subtract" ? -input.amount : input.amount;
  switch (input.unit) {
    case "day": return written(calendarDay(today.number + amount));
    case "week": return written(calendarDay(today.number + 7 * amount));
    case "month": return written(monthsFrom(today, amount));
    default: return written(monthsFrom(today, 12 * amount));
  }
}

/** The day that lies so many days after 1970-01-01, with its months counted from January of the year 0. */
function calendarDay(number) {
  // Counted from 0000-03-01, so that the leap day is the last of its year, century and cycle of 400 years.
  const sinceMarch = number + 719468;
  const cycle = Math.floor(sinceMarch / 146097);
  let rest = sinceMarch - 146097 * cycle;
  const century = Math.min(Math.floor(rest / 36524), 3);
  rest -= 36524 * century;
  const fourYears = Math.floor(rest / 1461);
  rest -= 1461 * fourYears;
  const year = Math.min(Math.floor(rest / 365), 3);
  rest -= 365 * year;
  const month = Math.floor((5 * rest + 2) / 153);
  const marchYear = 400 * cycle + 100 * century + 4 * fourYears + year;
  return { number, months: 12 * marchYear + 2 + month, day: rest - Math.floor((153 * month + 2) / 5) + 1 };
}

/** Keeps the day of the month where it can: 31 January and a month is the last day of February. */
function monthsFrom(start, count) {
  const months = start.months + count;
  return { months, day: Math.min(start.day, daysIn(months)) };
}

function daysIn(months) {
  const year = Math.floor(months / 12);
  const month = months - 12 * year;
  if (month !== 1) return [31, 0, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month];
  return year % 400 === 0 || (year % 4 === 0 && year % 100 !== 0) ? 29 : 28;
}

function written({ months, day }) {
  const year = Math.floor(months / 12);
  if (year < 1 || year > 9999) throw new Error("out_of_range");
  const digits = (value, width) => String(value).padStart(width, "0");
  return `${digits(year, 4)}-${digits(months - 12 * year + 1, 2)}-${digits(day, 2)}`;
}
