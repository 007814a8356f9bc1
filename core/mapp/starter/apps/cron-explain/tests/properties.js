const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const LIMITS = [[0, 59], [0, 23], [1, 31], [1, 12], [0, 7]];
const SHORTHANDS = {
  "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
};

function fieldsOf(expression) {
  return (SHORTHANDS[expression] || expression).split(" ");
}

/** Puts numbers for the names of months and weekdays: JAN is 1, SUN is 0. */
function numbered(text, place) {
  const names = place === 3 ? MONTHS : place === 4 ? WEEKDAYS : [];
  return text.split(/([,/-])/).map((word) => {
    const index = names.findIndex((name) => name.slice(0, 3).toLowerCase() === word.toLowerCase());
    return index < 0 ? word : String(index + (place === 3 ? 1 : 0));
  }).join("");
}

/** The values that a field stands for, Sunday being 0; null when the field is no good. */
function valuesOf(text, place) {
  const [min, max] = LIMITS[place];
  const found = new Set();
  for (const item of numbered(text, place).split(",")) {
    const [range, step, ...more] = item.split("/");
    const ends = range === "*" ? [min, place === 4 ? 6 : max] : range.split("-").map((end) => (/^[0-9]+$/.test(end) ? Number(end) : NaN));
    const [from, to = from] = ends;
    if (more.length > 0 || ends.length > 2 || !(from >= min && to <= max && from <= to)) return null;
    if (step !== undefined && (!/^[0-9]+$/.test(step) || Number(step) < 1 || Number(step) > max)) return null;
    if (step !== undefined && range !== "*" && ends.length === 1) return null;
    for (let value = min; value <= max; value++) {
      if (value >= from && value <= to && (value - from) % Number(step || 1) === 0) found.add(place === 4 ? value % 7 : value);
    }
  }
  return found;
}

function mentioned(names, output) {
  return names.map((name, i) => (new RegExp(`\\b${name}\\b`).test(output) ? i : -1)).filter((i) => i >= 0);
}

function prop_only_weekdays_of_the_schedule_are_named(input, output) {
  if (input.expression === "@reboot") return true;
  const values = valuesOf(fieldsOf(input.expression)[4], 4);
  const named = mentioned(WEEKDAYS, output);
  return values.size === 7 ? named.length === 0 : named.every((i) => values.has(i));
}

function prop_only_months_of_the_schedule_are_named(input, output) {
  if (input.expression === "@reboot") return true;
  const values = valuesOf(fieldsOf(input.expression)[3], 3);
  const named = mentioned(MONTHS, output);
  return values.size === 12 ? named.length === 0 : named.length > 0 && named.every((i) => values.has(i + 1));
}

function prop_a_fixed_time_is_told_as_such(input, output) {
  const [minute, hour] = fieldsOf(input.expression);
  if (!/^[0-9]+$/.test(minute) || !/^[0-9]+$/.test(hour)) return true;
  const digits = (text) => String(Number(text)).padStart(2, "0");
  return output === `At ${digits(hour)}:${digits(minute)}` || output.startsWith(`At ${digits(hour)}:${digits(minute)},`);
}

function prop_every_minute_is_said_of_all_minutes_alone(input, output) {
  if (input.expression === "@reboot") return true;
  return output.startsWith("Every minute") === (valuesOf(fieldsOf(input.expression)[0], 0).size === 60);
}

function meta_shorthands_names_and_capitals_change_nothing(input, run) {
  if (input.expression === "@reboot") return true;
  const plain = fieldsOf(input.expression).map(numbered).join(" ");
  if (plain.length > 120) return true;
  const [here, there] = [run({ expression: input.expression }), run({ expression: plain })];
  return here.output === there.output && here.error === there.error;
}

function meta_a_step_of_one_changes_nothing(input, run) {
  const stepped = fieldsOf(input.expression).map((field) => (field === "*" ? "*/1" : field)).join(" ");
  if (input.expression === "@reboot" || stepped.length > 120) return true;
  return run({ expression: stepped }).output === run({ expression: input.expression }).output;
}

function throws_invalid_expression(input) {
  if (input.expression === "@reboot") return false;
  return fieldsOf(input.expression).some((field, place) => valuesOf(field, place) === null);
}
