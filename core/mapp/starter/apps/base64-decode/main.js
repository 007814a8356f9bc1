"use strict";

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES = new Map(Array.from(DIGITS, (digit, value) => [digit, value]));
// The last two digits of the URL-safe alphabet.
VALUES.set("-", 62).set("_", 63);
const SMALLEST = [0, 0, 0x80, 0x800, 0x10000];

function main(input) {
  return utf8Text(decode(withoutPadding(input.text.replace(/[ \t\r\n]/g, ""))));
}

/** Padding may be left out, but where it is given it must fill the last group of four. */
function withoutPadding(code) {
  const digits = code.replace(/={1,2}$/, "");
  if (digits.length < code.length && code.length % 4 !== 0) throw Error("not_base64");
  if (digits.length % 4 === 1) throw Error("not_base64");
  return digits;
}

/** Collects six bits a digit and hands out a byte whenever eight are there. */
function decode(digits) {
  const bytes = [];
  let bits = 0;
  let count = 0;
  for (const digit of digits) {
    bits = ((bits << 6) | valueOf(digit)) & 0xfff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push((bits >> count) & 0xff);
    }
  }
  // Bits left over are zero in what an encoder writes; anything else is damage (RFC 4648, 3.5).
  if ((bits & ((1 << count) - 1)) !== 0) throw Error("not_base64");
  return bytes;
}

function valueOf(digit) {
  const value = VALUES.get(digit);
  if (value === undefined) throw Error("not_base64");
  return value;
}

/** The text that UTF-8 bytes stand for; overlong forms, surrogates and cut sequences are refused (RFC 3629). */
function utf8Text(bytes) {
  const characters = [];
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at];
    const length = sequenceLength(lead);
    let point = length === 1 ? lead : lead & (0x7f >> length);
    for (let i = 1; i < length; i += 1) point = (point << 6) | tailBits(bytes[at + i]);
    if (point < SMALLEST[length] || (point >= 0xd800 && point <= 0xdfff) || point > 0x10ffff) throw Error("not_text");
    characters.push(String.fromCodePoint(point));
    at += length;
  }
  return characters.join("");
}

function sequenceLength(lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc0 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  if (lead >= 0xf0 && lead < 0xf8) return 4;
  throw Error("not_text");
}

function tailBits(byte) {
  if ((byte & 0xc0) !== 0x80) throw Error("not_text");
  return byte & 0x3f;
}
