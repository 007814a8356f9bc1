const LENGTHS = { week: 604800, day: 86400, hour: 3600, minute: 60, second: 1 };

function unitOf(word) {
  const names = { wk: "week", w: "week", d: "day", hr: "hour", h: "hour", min: "minute", m: "minute", sec: "second", s: "second" };
  const singular = word.length > 1 ? word.replace(/s$/, "") : word;
  return names[singular] ?? singular;
}

/** The amounts and units, read character by character. */
function parts(text) {
  const found = [];
  let amount = "";
  let word = "";
  for (const character of text.replace(/,| and /g, " ") + " 0") {
    if (/[0-9.]/.test(character)) {
      if (word) {
        found.push({ amount, unit: unitOf(word) });
        amount = word = "";
      }
      amount += character;
    } else if (character !== " ") word += character;
  }
  return found;
}

function close(a, b) {
  return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
}

function prop_the_parts_add_up(input, output) {
  if (input.text.includes(":")) return true;
  return close(output, parts(input.text).reduce((sum, { amount, unit }) => sum + Number(amount) * LENGTHS[unit], 0));
}

function prop_a_clock_counts_in_sixties(input, output) {
  if (!input.text.includes(":")) return true;
  const [hours, minutes, seconds] = input.text.split(":").map(Number);
  return Math.floor(output / 3600) === hours && Math.floor(output / 60) % 60 === minutes && output % 60 === seconds;
}

function prop_no_more_than_milliseconds(input, output) {
  return output >= 0 && close(output * 1000, Math.round(output * 1000));
}

function meta_the_order_of_the_parts_is_no_matter(input, run) {
  if (input.text.includes(":")) return true;
  const turned = parts(input.text).reverse().map(({ amount, unit }) => `${amount} ${unit}`).join(" ");
  if (turned.length > 120) return true;
  const here = run({ text: input.text });
  const there = run({ text: turned });
  return here.error === there.error && here.output === there.output;
}

function throws_repeated_unit(input) {
  if (input.text.includes(":")) return false;
  const units = parts(input.text).map((part) => part.unit);
  return new Set(units).size < units.length;
}
