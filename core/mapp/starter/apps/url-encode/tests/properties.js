function wellFormed(text) {
  return Array.from(text, (c) => (c.length === 1 && c >= "\ud800" && c <= "\udfff" ? "\ufffd" : c)).join("");
}

function prop_decodes_to_the_text(input, output) {
  const code = input.space === "plus" ? output.replace(/\+/g, " ") : output;
  return decodeURIComponent(code) === wellFormed(input.text);
}

function prop_agrees_with_the_engine(input, output) {
  const strict = encodeURIComponent(wellFormed(input.text))
    .replace(/[!'()*]/g, (c) => "%" + c.charCodeAt(0).toString(16).toUpperCase());
  return output === (input.space === "plus" ? strict.replace(/%20/g, "+") : strict);
}

function prop_only_unreserved_characters_and_codes(input, output) {
  const left = output.replace(/%[0-9A-F]{2}/g, "");
  return input.space === "plus" ? /^[A-Za-z0-9._~+-]*$/.test(left) : /^[A-Za-z0-9._~-]*$/.test(left);
}

function prop_unreserved_text_stays(input, output) {
  return !/^[A-Za-z0-9._~-]*$/.test(input.text) || output === input.text;
}

function meta_joins_like_text(input, run) {
  const text = wellFormed(input.text);
  if (text.length > 50000) return true;
  return run({ ...input, text: text + "&\u20ac x" }).output === run(input).output + run({ ...input, text: "&\u20ac x" }).output;
}
