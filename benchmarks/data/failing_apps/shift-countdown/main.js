const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

function main({ start, skip_weekends }, host) {
  const now = host.now();
  const [hour, minute] = start.split(":").map(Number);
  const next = new Date(now);
  next.setUTCHours(hour, minute, 0, 0);
  while (next.getTime() <= now || (skip_weekends && isWeekend(next))) next.setUTCDate(next.getUTCDate() + 1);
  const left = Math.ceil((next.getTime() - now) / 60000);
  return { hours: Math.floor(left / 60), minutes: left % 60, day: DAYS[next.getUTCDay()] };
}

function isWeekend(date) {
  return date.getUTCDay() === 0 || date.getUTCDay() === 6;
}
