const DAY = 24 * 60 * 60 * 1000;
const GRACE = 2;
const RATES = {
  book: { perDay: 20, cap: 1000 },
  film: { perDay: 100, cap: 2000 },
  game: { perDay: 150, cap: 4000 },
};

function main({ due, returned, item }) {
  const days = Math.max(0, daysBetween(due, returned));
  const { perDay, cap } = RATES[item];
  const charged = Math.max(0, days - GRACE);
  return { days_late: days, fee: Math.min(charged * perDay, cap) / 100 };
}

function daysBetween(from, to) {
  return Math.round((utc(to) - utc(from)) / DAY);
}

function utc(date) {
  const [year, month, day] = date.split("-").map(Number);
  const time = new Date(0);
  time.setUTCFullYear(year, month - 1, day); // Date.UTC would take the year 99 for 1999
  return time.getTime();
}
