function main(input) {
  const amount = input.direction === "subtract" ? -input.amount : input.amount;
  switch (input.unit) {
    case "day": return addDays(input.date, amount);
    case "week": return addDays(input.date, 7 * amount);
    case "month": return addMonths(input.date, amount);
    default: return addMonths(input.date, 12 * amount);
  }
}

function addDays(date, days) {
  const [year, month, day] = date.split("-").map(Number);
  // 400 Gregorian years are 146097 days, so only the rest has to be walked.
  const cycles = Math.floor(days / 146097);
  let rest = days - cycles * 146097 + day;
  let months = 12 * (year + 400 * cycles) + month - 1;
  while (rest > daysIn(months)) {
    rest -= daysIn(months);
    months += 1;
  }
  return written(months, rest);
}

/** Keeps the day of the month where it can: 31 January and a month is the last day of February. */
function addMonths(date, count) {
  const [year, month, day] = date.split("-").map(Number);
  const months = 12 * year + month - 1 + count;
  return written(months, Math.min(day, daysIn(months)));
}

/** Days in a month that is counted from January of the year 0. */
function daysIn(months) {
  const year = Math.floor(months / 12);
  const month = months - 12 * year;
  if (month !== 1) return [31, 0, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month];
  return year % 400 === 0 || (year % 4 === 0 && year % 100 !== 0) ? 29 : 28;
}

function written(months, day) {
  const year = Math.floor(months / 12);
  if (year < 1 || year > 9999) throw new Error("out_of_range");
  const digits = (value, width) => String(value).padStart(width, "0");
  return `${digits(year, 4)}-${digits(months - 12 * year + 1, 2)}-${digits(day, 2)}`;
}
