function wellFormed(text) {
  return Array.from(text, (c) => (c.length === 1 && c >= "\ud800" && c <= "\udfff" ? "\ufffd" : c)).join("");
}

function byteCount(text) {
  return encodeURIComponent(wellFormed(text)).replace(/%../g, "x").length;
}

// Bits as a string of zeros and ones, regrouped by eight.
function decoded(code) {
  const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const plain = code.replace(/=/g, "").replace(/-/g, "+").replace(/_/g, "/");
  const bits = Array.from(plain, (c) => digits.indexOf(c).toString(2).padStart(6, "0")).join("");
  const bytes = bits.match(/.{8}/g) || [];
  return decodeURIComponent(bytes.map((b) => "%" + parseInt(b, 2).toString(16).padStart(2, "0")).join(""));
}

function prop_decodes_to_the_text(input, output) {
  return decoded(output) === wellFormed(input.text);
}

function prop_length_follows_from_the_bytes(input, output) {
  const bytes = byteCount(input.text);
  return output.length === (input.variant === "urlsafe" ? Math.ceil((bytes * 4) / 3) : Math.ceil(bytes / 3) * 4);
}

function prop_alphabet_is_the_one_asked_for(input, output) {
  return input.variant === "urlsafe" ? /^[A-Za-z0-9_-]*$/.test(output) : /^[A-Za-z0-9+/]*={0,2}$/.test(output);
}

function meta_variants_differ_in_two_letters_and_padding(input, run) {
  const standard = run({ text: input.text, variant: "standard" }).output;
  const url = run({ text: input.text, variant: "urlsafe" }).output;
  return standard.replace(/=+$/, "").replace(/\+/g, "-").replace(/\//g, "_") === url;
}

function meta_whole_groups_can_be_joined(input, run) {
  const text = wellFormed(input.text);
  if (byteCount(text) % 3 !== 0 || text.length > 90000) return true;
  const more = run({ ...input, text: text + "\u00e9!" }).output;
  return more === run(input).output + run({ ...input, text: "\u00e9!" }).output;
}
