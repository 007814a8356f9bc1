const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

const MINUTE = { noun: "minute", min: 0, max: 59, size: 60, names: [] };
const HOUR = { noun: "hour", min: 0, max: 23, size: 24, names: [] };
const DAY = { noun: "day", min: 1, max: 31, size: 31, names: [] };
const MONTH = { noun: "month", min: 1, max: 12, size: 12, names: ["", ...MONTHS] };
// 0 and 7 are both Sunday.
const WEEKDAY = { noun: "weekday", min: 0, max: 7, size: 7, names: WEEKDAYS };

const SHORTHANDS = {
  "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
};

function main(input) {
  if (input.expression === "@reboot") return "At start-up";
  const texts = (SHORTHANDS[input.expression] ?? input.expression).split(" ");
  const kinds = [MINUTE, HOUR, DAY, MONTH, WEEKDAY];
  const [minute, hour, day, month, weekday] = kinds.map((kind, i) => parseField(texts[i], kind));
  const parts = [timePhrase(minute, hour), dayPhrase(day, weekday)];
  if (!isEvery(month)) parts.push(`in ${nameList(month)}`);
  const sentence = parts.filter((part) => part !== "").join(", ");
  return sentence[0].toUpperCase() + sentence.slice(1);
}

// Reading

function parseField(text, kind) {
  const items = text.split(",").map((item) => parseItem(item, kind));
  return { kind, items, starred: text.startsWith("*") };
}

function parseItem(text, kind) {
  const match = /^(?:(\*)|([0-9A-Za-z]+)(?:-([0-9A-Za-z]+))?)(?:\/([0-9]+))?$/.exec(text);
  if (!match) throw new Error("invalid_expression");
  const [, star, first, last, every] = match;
  // Sunday's second number is left out of the star: it would break the rhythm of a step.
  const from = star ? kind.min : parseValue(first, kind);
  const to = star ? kind.min + kind.size - 1 : parseValue(last ?? first, kind);
  const step = Number(every ?? 1);
  const stepWithoutRange = every !== undefined && !star && last === undefined;
  if (from > to || step < 1 || step > kind.max || stepWithoutRange) throw new Error("invalid_expression");
  return { from, to, step };
}

function parseValue(text, kind) {
  const named = kind.names.findIndex((name) => name !== "" && name.slice(0, 3).toLowerCase() === text.toLowerCase());
  const value = named >= 0 ? named : /^[0-9]+$/.test(text) ? Number(text) : NaN;
  if (!(value >= kind.min && value <= kind.max)) throw new Error("invalid_expression");
  return value;
}

function valuesOf({ from, to, step }) {
  const values = [];
  for (let value = from; value <= to; value += step) values.push(value);
  return values;
}

function isEvery({ kind, items }) {
  const values = items.flatMap(valuesOf).map((value) => (kind === WEEKDAY ? value % 7 : value));
  return new Set(values).size === kind.size;
}

// Writing

function timePhrase(minute, hour) {
  const times = fixedTimes(minute, hour);
  if (times.length > 0) return `at ${listed(times)}`;
  const minutes = minutePhrase(minute);
  const pointed = minutes.startsWith("at");
  if (isEvery(hour)) return pointed ? `${minutes} of every hour` : minutes;
  return `${minutes} ${pointed ? "of" : "during"} ${numberList(hour)}`;
}

/** The times of day when they are few, else none. */
function fixedTimes(minute, hour) {
  if (![...minute.items, ...hour.items].every((item) => item.from === item.to)) return [];
  const times = hour.items.flatMap((h) => minute.items.map((m) => `${twoDigits(h.from)}:${twoDigits(m.from)}`));
  const distinct = [...new Set(times)].sort();
  return distinct.length <= 6 ? distinct : [];
}

function minutePhrase(minute) {
  if (isEvery(minute)) return "every minute";
  const [item] = minute.items;
  return minute.items.length === 1 && isRegular(item, MINUTE) ? `every ${item.step} minutes` : `at ${numberList(minute)}`;
}

function dayPhrase(day, weekday) {
  const either = !day.starred && !weekday.starred;
  // Cron runs when either field matches, unless one of them begins with a star: then both must.
  if (either && (isEvery(day) || isEvery(weekday))) return "";
  const days = isEvery(day) ? "" : `on ${numberList(day)} of the month`;
  const weekdays = isEvery(weekday) ? "" : `on ${nameList(weekday)}`;
  if (days === "" || weekdays === "") return days + weekdays;
  return either ? `${days} or ${weekdays}` : `${days}, but only ${weekdays}`;
}

/** `hours 9 to 12 and 15`, `every 2nd hour`. */
function numberList({ kind, items }) {
  const [item] = items;
  if (items.length === 1 && item.step > 1 && item.from < item.to) {
    const span = isRegular(item, kind) ? "" : ` from ${item.from} to ${item.to}`;
    return `every ${ordinal(item.step)} ${kind.noun}${span}`;
  }
  const texts = [...new Set(items.map((one) => itemText(one, String)))];
  const single = texts.length === 1 && item.from === item.to;
  return `${kind.noun}${single ? "" : "s"} ${listed(texts)}`;
}

/** `Monday to Friday`, `January, April, July and October`. */
function nameList({ kind, items }) {
  const plain = items.flatMap((item) => (item.step === 1 ? [item] : valuesOf(item).map((v) => ({ from: v, to: v, step: 1 }))));
  return listed([...new Set(plain.map((item) => itemText(item, (value) => kind.names[value])))]);
}

function itemText({ from, to, step }, name) {
  if (from === to) return name(from);
  const range = `${name(from)} to ${name(to)}`;
  return step === 1 ? range : `every ${ordinal(step)} from ${range}`;
}

/** Whether the steps are as wide over the end of the field as within it. */
function isRegular({ from, to, step }, kind) {
  return step > 1 && from === kind.min && to === kind.max && kind.size % step === 0;
}

function listed(texts) {
  return texts.length === 1 ? texts[0] : `${texts.slice(0, -1).join(", ")} and ${texts[texts.length - 1]}`;
}

function twoDigits(value) {
  return String(value).padStart(2, "0");
}

function ordinal(number) {
  const teen = number % 100 >= 11 && number % 100 <= 13;
  return `${number}${(!teen && ["th", "st", "nd", "rd"][number % 10]) || "th"}`;
}
