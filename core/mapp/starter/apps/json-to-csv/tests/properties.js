function parse(text) {
  return JSON.parse(text.replace(/^\ufeff/, ""));
}

function depthOf(value) {
  if (value === null || typeof value !== "object") return 0;
  return 1 + Object.values(value).reduce((deepest, each) => Math.max(deepest, depthOf(each)), 0);
}

function isReadable(text) {
  try {
    return depthOf(parse(text)) <= 100;
  } catch {
    return false;
  }
}

// The records of a table, or null when the value is none.
function recordsOf(value) {
  const isArray = Array.isArray(value);
  if (value === null || typeof value !== "object") return null;
  const records = isArray ? value : [value];
  const isRecord = (each) => each !== null && typeof each === "object" && Array.isArray(each) === Array.isArray(records[0]);
  return records.every(isRecord) ? records : null;
}

function rowsOf(csv, separator) {
  const rows = [[""]];
  let inside = false;
  for (let i = 0; i < csv.length; i += 1) {
    const row = rows[rows.length - 1];
    if (csv[i] === '"' && inside && csv[i + 1] === '"') { row[row.length - 1] += '"'; i += 1; }
    else if (csv[i] === '"') inside = !inside;
    else if (!inside && csv[i] === separator) row.push("");
    else if (!inside && csv[i] === "\n") rows.push([""]);
    else row[row.length - 1] += csv[i];
  }
  return rows;
}

function separatorOf(input) {
  return { comma: ",", semicolon: ";", tab: "\t", pipe: "|" }[input.delimiter];
}

function wellFormed(text) {
  return Array.from(text, (c) => (c.length === 1 && c >= "\ud800" && c <= "\udfff" ? "\ufffd" : c)).join("");
}

function saysTheSame(cell, value) {
  if (value === undefined || value === null) return cell === "";
  if (typeof value === "string") return cell === wellFormed(value);
  return JSON.stringify(JSON.parse(cell)) === JSON.stringify(value);
}

function prop_reading_the_csv_gives_the_values_back(input, output) {
  const records = recordsOf(parse(input.text));
  const rows = rowsOf(output, separatorOf(input));
  if (records.length === 0) return output === "";
  if (Array.isArray(records[0])) {
    return rows.length === records.length && rows.every((cells, i) =>
      cells.length === Math.max(1, records[i].length) && cells.every((cell, k) => saysTheSame(cell, records[i][k])));
  }
  const names = new Set(records.flatMap((record) => Object.keys(record)).map(wellFormed));
  if (names.size === 0) return output === "";
  if (rows.length !== records.length + 1 || ![...names].every((name) => rows[0].includes(name))) return false;
  if (rows[0].some((name) => name.includes("\ufffd"))) return true;
  return records.every((record, i) => rows[0].every((name, k) =>
    saysTheSame(rows[i + 1][k], Object.prototype.hasOwnProperty.call(record, name) ? record[name] : undefined)));
}

function prop_rows_of_objects_are_equally_wide(input, output) {
  const records = recordsOf(parse(input.text));
  if (records.length === 0 || Array.isArray(records[0])) return true;
  const widths = rowsOf(output, separatorOf(input)).map((cells) => cells.length);
  return widths.every((width) => width === widths[0]);
}

function prop_only_cells_that_need_it_are_quoted(input, output) {
  if (output.includes('"')) return true;
  const breaks = output.split("\n").length - 1;
  const records = recordsOf(parse(input.text));
  return breaks === 0 || breaks === records.length - (Array.isArray(records[0]) ? 1 : 0);
}

function meta_white_space_between_tokens_does_not_matter(input, run) {
  if (input.text.length > 30000) return true;
  const spaced = " " + input.text.replace(/^\ufeff/, "").replace(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g, "\n $& ");
  if (!isReadable(input.text)) return true;
  return JSON.stringify(run({ ...input, text: spaced })) === JSON.stringify(run(input));
}

function meta_one_object_is_a_list_of_one(input, run) {
  if (!/^\{/.test(input.text) || input.text.length > 90000 || !isReadable("[" + input.text + "]")) return true;
  return JSON.stringify(run({ ...input, text: "[" + input.text + "]" })) === JSON.stringify(run(input));
}

function throws_invalid_json(input) {
  return !isReadable(input.text);
}

function throws_not_a_table(input) {
  return isReadable(input.text) && recordsOf(parse(input.text)) === null;
}
