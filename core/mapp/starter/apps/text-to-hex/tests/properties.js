function wellFormed(text) {
  return Array.from(text, (c) => (c.length === 1 && c >= "\ud800" && c <= "\udfff" ? "\ufffd" : c)).join("");
}

function prop_percent_decoding_gives_the_text_back(input, output) {
  const digits = output.replace(/[ :]/g, "");
  return decodeURIComponent(digits.replace(/../g, "%$&")) === wellFormed(input.text);
}

function prop_length_counts_the_bytes(input, output) {
  const bytes = encodeURIComponent(wellFormed(input.text)).replace(/%../g, "x").length;
  const gaps = input.separator === "none" ? 0 : Math.max(0, bytes - 1);
  return output.length === 2 * bytes + gaps;
}

function prop_only_the_chosen_separator(input, output) {
  const separator = { none: "", space: " ", colon: ":" }[input.separator];
  return separator === "" ? /^[0-9a-f]*$/.test(output) : output.split(separator).every((byte) => /^([0-9a-f]{2})?$/.test(byte));
}

function meta_separators_only_separate(input, run) {
  const bare = run({ text: input.text, separator: "none" }).output;
  return run({ text: input.text, separator: "space" }).output.split(" ").join("") === bare
    && run({ text: input.text, separator: "colon" }).output.split(":").join("") === bare;
}

function meta_joins_like_text(input, run) {
  const text = wellFormed(input.text);
  if (text.length > 70000) return true;
  return run({ text: text + "z\u00e9", separator: "none" }).output === run({ text, separator: "none" }).output + "7ac3a9";
}
