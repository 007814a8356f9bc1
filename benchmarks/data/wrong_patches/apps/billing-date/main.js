const MONTHS = { monthly: 1, quarterly: 3, yearly: 12 };

function main({ start, period, count, fiscal_start }) {
  const [year, month, day] = start.split("-").map(Number);
  const months = year * 12 + (month - 1) + MONTHS[period] * count;
  const newYear = Math.floor(months / 12);
  const newMonth = (months % 12) + 1;
  const newDay = Math.min(day, daysIn(newYear, newMonth));
  return {
    date: [String(newYear).padStart(4, "0"), two(newMonth), two(newDay)].join("-"),
    quarter: Math.floor(((newMonth - fiscal_start + 12) % 12) / 3) + 1,
  };
}

function daysIn(year, month) {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function isLeap(year) {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

function two(number) {
  return String(number).padStart(2, "0");
}
