function linesOf(text) {
  const lines = text.split(/\r\n|\r|\n/);
  if (lines.length > 1 && lines[lines.length - 1] === "") lines.pop();
  return lines;
}

function prop_no_line_occurs_twice(input, output) {
  const lines = output.split("\n");
  if (lines.length > 1 && /[\r\n]$/.test(input.text)) lines.pop();
  const keys = input.compare === "ignore_case" ? lines.map((line) => line.toUpperCase()) : lines;
  return new Set(keys).size === keys.length;
}

function prop_every_line_is_still_represented(input, output) {
  const fold = (line) => (input.compare === "ignore_case" ? line.toUpperCase().toLowerCase() : line);
  const left = new Set(output.split("\n").map(fold));
  return linesOf(input.text).every((line) => left.has(fold(line)));
}

function prop_order_is_kept(input, output) {
  const given = input.text.split(/\r\n|\r|\n/);
  let at = 0;
  for (const line of output.split("\n")) {
    while (at < given.length && given[at] !== line) at += 1;
    if (at === given.length) return false;
    at += 1;
  }
  return true;
}

function prop_distinct_lines_are_left_alone(input, output) {
  const lines = linesOf(input.text);
  if (input.compare !== "exact" || new Set(lines).size !== lines.length) return true;
  return output === input.text.replace(/\r\n|\r/g, "\n");
}

function meta_the_text_twice_over_gives_the_same_lines(input, run) {
  const doubled = input.text + "\n" + input.text;
  if (Array.from(doubled).length > 200000 || /^[\r\n]|[\r\n]$/.test(input.text)) return true;
  return run({ text: doubled, compare: input.compare }).output === run(input).output;
}

function meta_ignoring_case_never_keeps_more(input, run) {
  const size = (compare) => run({ text: input.text, compare }).output.length;
  return size("ignore_case") <= size("exact");
}
