const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const PART = /^([A-Z][a-z]{2})(?:\s*-\s*([A-Z][a-z]{2}))?\s+(\d{1,2})(?::(\d{2}))?\s*-\s*(\d{1,2})(?::(\d{2}))?$/;

function main({ text }) {
  const hours = new Map();
  for (const part of text.split(";").map((piece) => piece.trim()).filter(Boolean)) {
    const found = PART.exec(part);
    if (found === null) throw new Error("not_understood");
    const [, first, last = first, openHour, openMinute = "0", closeHour, closeMinute = "0"] = found;
    const open = Number(openHour) * 60 + Number(openMinute);
    const close = Number(closeHour) * 60 + Number(closeMinute);
    if (open >= close || close > 1440 || Number(openMinute) > 59 || Number(closeMinute) > 59) throw new Error("not_understood");
    for (const day of span(first, last)) hours.set(day, { open, close });
  }
  if (hours.size === 0) throw new Error("not_understood");
  const days = DAYS.filter((day) => hours.has(day)).map((day) => {
    const { open, close } = hours.get(day);
    return { day, open: clock(open), close: clock(close) };
  });
  const minutes = [...hours.values()].reduce((sum, { open, close }) => sum + close - open, 0);
  return { days, hours_a_week: Math.round((minutes / 60) * 100) / 100 };
}

function span(first, last) {
  const from = DAYS.indexOf(first);
  const to = DAYS.indexOf(last);
  if (from < 0 || to < 0) throw new Error("not_understood");
  return from <= to ? DAYS.slice(from, to + 1) : [...DAYS.slice(from), ...DAYS.slice(0, to + 1)];
}

function clock(minutes) {
  const pad = (number) => String(number).padStart(2, "0");
  return `${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}
