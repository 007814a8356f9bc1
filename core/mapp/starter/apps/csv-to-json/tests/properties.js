// A second reader, written as one pass over characters with a flag instead of by cell.
function tableOf(text, delimiter) {
  const separator = { comma: ",", semicolon: ";", tab: "\t", pipe: "|" }[delimiter];
  const source = text.replace(/^\ufeff/, "");
  const rows = [];
  let cells = [], cell = "", inside = false, opened = false, used = false;
  const endRow = () => { if (used) rows.push(cells.concat([cell])); cells = []; cell = ""; used = false; opened = false; };
  for (let i = 0; i < source.length; i += 1) {
    const c = source[i];
    if (inside) {
      if (c !== '"') cell += c;
      else if (source[i + 1] === '"') { cell += c; i += 1; }
      else inside = false;
    } else if (c === separator) { cells.push(cell); cell = ""; opened = false; used = true; }
    else if (c === "\n" || c === "\r") endRow();
    else if (c === '"' && cell === "" && !opened) { inside = true; opened = true; used = true; }
    else if (opened) return null;
    else { cell += c; used = true; }
  }
  if (inside) return null;
  endRow();
  return rows;
}

function pairsOf(record) {
  return Object.keys(record).map((name) => JSON.stringify([name, record[name]])).sort().join();
}

function prop_cells_agree_with_a_second_reader(input, output) {
  const rows = tableOf(input.text, input.delimiter);
  const value = JSON.parse(output);
  if (input.first_row === "headerless") return JSON.stringify(value) === JSON.stringify(rows);
  if (rows.length === 0) return value.length === 0;
  const [names, ...records] = rows;
  return value.length === records.length && records.every((cells, i) => {
    const pairs = names.map((name, k) => JSON.stringify([name, cells[k]]));
    return pairs.sort().join() === pairsOf(value[i]);
  });
}

function prop_every_record_has_the_same_columns(input, output) {
  if (input.first_row === "headerless") return true;
  const names = JSON.parse(output).map((record) => Object.keys(record).sort().join("\u0000"));
  return names.every((each) => each === names[0]);
}

function prop_every_value_is_a_string(input, output) {
  return JSON.parse(output).every((record) => Object.values(record).every((cell) => typeof cell === "string"));
}

function meta_line_endings_do_not_matter(input, run) {
  if (/["\r]/.test(input.text) || input.text.length > 40000) return true;
  const windows = { ...input, text: input.text.replace(/\n/g, "\r\n") };
  return JSON.stringify(run(windows)) === JSON.stringify(run(input));
}

function meta_a_header_row_moves_into_the_names(input, run) {
  if (input.first_row === "headerless" || input.text.length > 10000) return true;
  const named = run(input), plain = run({ ...input, first_row: "headerless" });
  if (named.error !== undefined || plain.error !== undefined) return true;
  return JSON.parse(named.output).length === Math.max(0, JSON.parse(plain.output).length - 1);
}

function throws_bad_quotes(input) {
  return tableOf(input.text, input.delimiter) === null;
}

function throws_duplicate_column(input) {
  const rows = tableOf(input.text, input.delimiter);
  return input.first_row === "header" && rows !== null && rows.length > 0 && new Set(rows[0]).size < rows[0].length;
}

function throws_ragged_row(input) {
  const rows = tableOf(input.text, input.delimiter);
  if (input.first_row === "headerless" || rows === null || rows.length === 0) return false;
  return new Set(rows[0]).size === rows[0].length && rows.some((cells) => cells.length !== rows[0].length);
}
