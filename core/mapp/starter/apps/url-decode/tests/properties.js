function wellFormed(text) {
  return Array.from(text, (c) => (c.length === 1 && c >= "\ud800" && c <= "\udfff" ? "\ufffd" : c)).join("");
}

// What the engine makes of it, or null.
function decoded(input) {
  try {
    return decodeURIComponent(wellFormed(input.plus === "space" ? input.text.replace(/\+/g, " ") : input.text));
  } catch {
    return null;
  }
}

function isEscaped(text) {
  return text.split("%").slice(1).every((after) => /^[0-9A-Fa-f]{2}/.test(after));
}

function prop_agrees_with_the_engine(input, output) {
  return decoded(input) === output;
}

function prop_encoding_gives_the_same_codes(input, output) {
  const text = wellFormed(input.plus === "space" ? input.text.replace(/\+/g, " ") : input.text);
  const allCodes = text.replace(/%[0-9A-Fa-f]{2}|[^%]+/g, (part) => (part[0] === "%" ? part.toUpperCase() : strict(part)));
  return strict(output) === allCodes.replace(/%(2D|2E|5F|7E|3[0-9]|[46][1-9A-F]|[57][0-9A])/g, (code) => decodeURIComponent(code));
}

function strict(text) {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => "%" + c.charCodeAt(0).toString(16).toUpperCase());
}

function prop_text_without_codes_stays(input, output) {
  return /[%+]/.test(input.text) || output === wellFormed(input.text);
}

function meta_case_of_the_digits_does_not_matter(input, run) {
  const lower = input.text.replace(/%[0-9A-Fa-f]{2}/g, (code) => code.toLowerCase());
  return JSON.stringify(run({ ...input, text: lower })) === JSON.stringify(run(input));
}

function meta_joins_like_text(input, run) {
  const result = run(input);
  if (result.error !== undefined || input.text.length > 190000) return true;
  return run({ ...input, text: input.text + "_%E2%82%AC" }).output === result.output + "_\u20ac";
}

function throws_bad_escape(input) {
  return !isEscaped(input.text);
}

function throws_not_text(input) {
  return isEscaped(input.text) && decoded(input) === null;
}
