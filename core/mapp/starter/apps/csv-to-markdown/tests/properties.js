// Cells of a table line, split at the pipes that no backslash escapes.
function cellsOf(line) {
  const cells = [];
  let cell = "";
  for (let i = 1; i < line.length; i += 1) {
    if (line[i] === "\\") { cell += line[i + 1]; i += 1; }
    else if (line[i] === "|") { cells.push(cell.slice(1, -1)); cell = ""; }
    else cell += line[i];
  }
  return cell === "" ? cells : null;
}

function prop_every_line_has_the_same_number_of_cells(input, output) {
  const widths = output.split("\n").map((line) => cellsOf(line).length);
  return widths.length >= 2 && widths.every((width) => width === widths[0] && width >= 1);
}

function prop_second_line_is_the_rule_of_the_alignment(input, output) {
  const rule = { none: "---", left: ":---", center: ":---:", right: "---:" }[input.align];
  return cellsOf(output.split("\n")[1]).every((cell) => cell === rule);
}

function prop_plain_tables_keep_their_cells(input, output) {
  if (/["\r\ufeff\ud800-\udfff]/.test(input.text)) return true;
  const separator = { comma: ",", semicolon: ";", tab: "\t", pipe: "|" }[input.delimiter];
  const rows = input.text.split("\n").filter((line) => line !== "").map((line) => line.split(separator));
  const lines = output.split("\n").filter((line, i) => i !== 1);
  return lines.length === rows.length && rows.every((cells, i) => {
    const written = cellsOf(lines[i]);
    return written.every((cell, k) => cell === (cells[k] === undefined ? "" : cells[k].trim()));
  });
}

function prop_no_letter_or_digit_is_lost(input, output) {
  const letters = (text) => text.replace(/[^A-Za-z0-9]/g, "");
  return letters(output.replace(/<br>/g, "")) === letters(input.text.replace(/<br>/g, ""));
}

function meta_alignment_changes_only_the_rule(input, run) {
  const withoutRule = (result) => result.output.split("\n").filter((line, i) => i !== 1).join("\n");
  const one = run(input), other = run({ ...input, align: input.align === "none" ? "right" : "none" });
  if (one.error !== undefined || other.error !== undefined) return one.error === other.error || input.text.length > 10000;
  return withoutRule(one) === withoutRule(other);
}

function meta_quoting_every_cell_changes_nothing(input, run) {
  if (/["\r\ufeff]/.test(input.text) || input.text.length > 10000) return true;
  const separator = { comma: ",", semicolon: ";", tab: "\t", pipe: "|" }[input.delimiter];
  const quoted = input.text.split("\n").map((line) => line === "" ? "" : line.split(separator).map((c) => '"' + c + '"').join(separator));
  return JSON.stringify(run({ ...input, text: quoted.join("\n") })) === JSON.stringify(run(input));
}

function throws_no_rows(input) {
  return /^\ufeff?[\r\n]*$/.test(input.text);
}
