function digitsOf(text) {
  return text.replace(/[ \t\r\n]/g, "").replace(/-/g, "+").replace(/_/g, "/");
}

// Digits without padding, or null when the text is not Base64.
function readable(text) {
  const whole = digitsOf(text).match(/^([A-Za-z0-9+/]*)(={0,2})$/);
  if (!whole) return null;
  const [, digits, padding] = whole;
  if (digits.length % 4 === 1) return null;
  if (padding !== "" && (digits.length + padding.length) % 4 !== 0) return null;
  const last = digits.slice(-1);
  if (digits.length % 4 === 2 && !"AQgw".includes(last)) return null;
  if (digits.length % 4 === 3 && !"AEIMQUYcgkosw048".includes(last)) return null;
  return digits;
}

function bytesOf(digits) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const bits = Array.from(digits, (c) => letters.indexOf(c).toString(2).padStart(6, "0")).join("");
  return (bits.match(/[01]{8}/g) || []).map((b) => parseInt(b, 2));
}

// Text through percent-decoding, or null when the bytes are not UTF-8.
function textOf(bytes) {
  try {
    return decodeURIComponent(bytes.map((b) => "%" + b.toString(16).padStart(2, "0")).join(""));
  } catch {
    return null;
  }
}

function prop_agrees_with_percent_decoding(input, output) {
  return textOf(bytesOf(readable(input.text))) === output;
}

function prop_three_bytes_for_four_digits(input, output) {
  const bytes = encodeURIComponent(output).replace(/%../g, "x").length;
  return bytes === Math.floor((readable(input.text).length * 3) / 4);
}

function meta_alphabet_and_line_breaks_do_not_matter(input, run) {
  if (input.text.length > 90000) return true;
  const wrapped = input.text.replace(/\+/g, "-").replace(/\//g, "_").replace(/[^]{7}/gu, "$&\r\n");
  return JSON.stringify(run({ text: wrapped })) === JSON.stringify(run(input));
}

function meta_padding_may_be_left_out(input, run) {
  const digits = readable(input.text);
  return digits === null || JSON.stringify(run({ text: digits })) === JSON.stringify(run(input));
}

function throws_not_base64(input) {
  return readable(input.text) === null;
}

function throws_not_text(input) {
  const digits = readable(input.text);
  return digits !== null && textOf(bytesOf(digits)) === null;
}
