function prop_as_many_lines_as_the_longest_was_long(input, output) {
  return output.length === Math.max(0, ...input.lines.map((line) => line.length));
}

function prop_every_character_is_at_its_place(input, output) {
  return input.lines.every((line, row) => Array.from(line).every((character, column) => output[column][row] === character));
}

function prop_columns_end_at_their_last_line(input, output) {
  return output.every((text, column) => {
    const reaching = input.lines.filter((line) => line.length > column);
    return text.length === input.lines.lastIndexOf(reaching[reaching.length - 1]) + 1;
  });
}

function prop_only_spaces_are_added(input, output) {
  const count = (texts) => texts.join("").replace(/ /g, "").length;
  return count(input.lines) === count(output);
}

function meta_a_rectangle_comes_back(input, run) {
  const width = Math.max(0, ...input.lines.map((line) => line.length));
  if (width === 0 || width > 10) return true;
  const lines = input.lines.map((line) => line.padEnd(width, "."));
  return JSON.stringify(run({ lines: run({ lines }).output }).output) === JSON.stringify(lines);
}
