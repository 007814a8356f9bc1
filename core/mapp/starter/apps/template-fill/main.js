const PLACEHOLDER = /\{\{\s*([A-Za-z_][A-Za-z0-9_.-]*)\s*\}\}/;
const PAIR = /^\s*([A-Za-z_][A-Za-z0-9_.-]*)\s*[=:]([^]*)$/;
const SEPARATOR = /([,;\n\r]|\sand\s)/;
const LONGEST = 200000;

function main(input) {
  const values = input.values.trimStart().startsWith("{") ? fromJson(input.values) : fromPairs(input.values);
  return filled(input.template, values);
}

// Splitting by a pattern with one group leaves literal text at even and names at odd places.
function filled(template, values) {
  const parts = template.split(PLACEHOLDER).map((part, i) => (i % 2 === 0 ? part : valueOf(part, values)));
  if (parts.reduce((sum, part) => sum + part.length, 0) > LONGEST) throw new Error("too_long");
  return parts.join("");
}

function valueOf(name, values) {
  if (!values.has(name)) throw new Error("missing_value");
  return values.get(name);
}

function fromPairs(text) {
  const pairs = pairTexts(text).map((pair) => pair.match(PAIR));
  if (pairs.includes(null)) throw new Error("bad_values");
  return new Map(pairs.map(([, name, value]) => [name, value.trim()]));
}

// A separator counts only where another name follows, so that "place=Oslo, Norway" stays one value.
function pairTexts(text) {
  const [first, ...rest] = text.split(SEPARATOR);
  const pairs = [first];
  for (let i = 0; i < rest.length; i += 2) {
    const [separator, piece] = [rest[i], rest[i + 1]];
    if (PAIR.test(piece)) pairs.push(piece);
    else pairs[pairs.length - 1] += separator + piece;
  }
  return pairs;
}

function fromJson(text) {
  const parsed = parsedJson(text);
  if (parsed === null || typeof parsed !== "object" || Array.isArray(parsed)) throw new Error("bad_values");
  return new Map(Object.entries(parsed).map(([name, value]) => [name, scalarText(value)]));
}

function parsedJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("bad_values");
  }
}

// Half a surrogate pair, which JSON can spell, is no text; a number beyond the range of doubles is none either.
function scalarText(value) {
  const scalar = typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
  if (!scalar || /\p{Surrogate}/u.test(value)) throw new Error("bad_values");
  return String(value);
}
