const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

// What each month adds to the weekday, in a year that begins in March (Sakamoto's table).
const MONTH_SHIFT = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];

function main(input) {
  const [calendarYear, month, day] = input.date.split("-").map(Number);
  // The calendar repeats every 400 years; the shift keeps January of the year 0 from going negative.
  const year = 400 + (month < 3 ? calendarYear - 1 : calendarYear);
  const leapDays = Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400);
  return WEEKDAYS[(year + leapDays + MONTH_SHIFT[month - 1] + day) % 7];
}
