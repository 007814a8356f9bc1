function prop_encoded_text_is_dots_dashes_and_gaps(input, output) {
  return input.direction !== "encode" || /^[.-]{1,6}( [.-]{1,6})*( \/ [.-]{1,6}( [.-]{1,6})*)*$/.test(output);
}

function prop_one_group_for_each_sign(input, output) {
  if (input.direction !== "encode") return true;
  const signs = input.text.normalize("NFC").toUpperCase().replace(/\s/g, "").length;
  return output.split(" ").filter((group) => group !== "/").length === signs;
}

function prop_decoded_text_is_capitals_with_single_spaces(input, output) {
  return input.direction !== "decode" || /^[A-ZÉ0-9.,:?'()"=+@\/-]+( [A-ZÉ0-9.,:?'()"=+@\/-]+)*$/.test(output);
}

function meta_what_is_encoded_can_be_decoded(input, run) {
  const result = run(input);
  if (input.direction !== "encode" || result.error || result.output.length > 20000) return true;
  const plain = input.text.normalize("NFC").toUpperCase().trim().split(/\s+/).join(" ");
  if (/[^A-ZÉ0-9 .,:?'()"=+@\/-]/.test(plain)) return true; // curly quotes and long dashes come back straight
  return run({ text: result.output, direction: "decode" }).output === plain;
}

function meta_what_is_decoded_can_be_encoded(input, run) {
  const text = run(input).output;
  if (input.direction !== "decode" || text === undefined) return true;
  const again = run({ text, direction: "encode" }).output;
  return again.length > 20000 || run({ text: again, direction: "decode" }).output === text;
}

function meta_capitals_do_not_matter(input, run) {
  if (input.direction !== "encode" || /[^\x20-\x7e]/.test(input.text)) return true;
  return run({ text: input.text.toLowerCase(), direction: "encode" }).output === run(input).output;
}

function throws_empty(input) {
  return input.direction === "encode" ? /^\s*$/.test(input.text) : /^[\s\/|]*$/.test(input.text);
}
