function linesOf(text) {
  const lines = text.split(/\r\n|\r|\n/);
  if (lines.length > 1 && lines[lines.length - 1] === "") lines.pop();
  return lines;
}

function prop_no_line_is_lost_or_invented(input, output) {
  const count = new Map();
  for (const line of input.text.split(/\r\n|\r|\n/)) count.set(line, (count.get(line) || 0) + 1);
  for (const line of output.split("\n")) count.set(line, (count.get(line) || 0) - 1);
  return [...count.values()].every((n) => n === 0);
}

function prop_neighbours_are_in_order(input, output) {
  const key = {
    text: (line) => line.toLowerCase(),
    length: (line) => Array.from(line).length,
    number: (line) => {
      const m = /([-−]?)(\d+(\.\d+)?)/.exec(line);
      return m ? (m[1] ? -1 : 1) * parseFloat(m[2]) : undefined;
    },
  }[input.by];
  const keys = linesOf(output).map(key);
  for (let i = 1; i < keys.length; i += 1) {
    if (keys[i] === undefined) continue;
    if (keys[i - 1] === undefined) return false;
    if (input.order === "ascending" ? keys[i - 1] > keys[i] : keys[i - 1] < keys[i]) return false;
  }
  return true;
}

function prop_last_line_break_stays(input, output) {
  return output.endsWith("\n") || !/[\r\n]$/.test(input.text);
}

function meta_sorting_twice_changes_nothing(input, run) {
  const once = run(input).output;
  return once === "" || run({ text: once, order: input.order, by: input.by }).output === once;
}

function meta_given_order_does_not_matter(input, run) {
  const turned = linesOf(input.text).reverse().join("\n");
  if (turned === "" || /^[\r\n]|[\r\n]$/.test(input.text)) return true;
  return run({ text: turned, order: input.order, by: input.by }).output === run(input).output;
}
