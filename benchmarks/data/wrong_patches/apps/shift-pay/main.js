const REGULAR = 8 * 60;
const PERCENT = { workday: 100, saturday: 125, sunday: 200 };

function main({ start, end, pause, rate, day }) {
  const from = minutesOf(start);
  let to = minutesOf(end);
  if (to <= from) to += 24 * 60;
  const worked = to - from - pause;
  if (worked < 0) throw new Error("pause_too_long");
  const overtime = Math.max(0, worked - REGULAR);
  const cents = Math.round(rate * 100);
  const pay = ((worked + overtime / 2) * cents * PERCENT[day]) / 6000;
  return { worked: clock(worked), pay: Math.round(pay) / 100 };
}

function minutesOf(time) {
  const [hours, minutes] = time.split(":").map(Number);
  return hours * 60 + minutes;
}

function clock(minutes) {
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}
