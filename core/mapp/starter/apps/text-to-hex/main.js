"use strict";

const SEPARATORS = { none: "", space: " ", colon: ":" };

function main(input) {
  return utf8Bytes(input.text).map(hexByte).join(SEPARATORS[input.separator]);
}

function hexByte(byte) {
  return byte.toString(16).padStart(2, "0");
}

/** The UTF-8 bytes of a text (RFC 3629); half of a surrogate pair counts as U+FFFD. */
function utf8Bytes(text) {
  const bytes = [];
  for (const character of text) {
    let point = character.codePointAt(0);
    if (point >= 0xd800 && point <= 0xdfff) point = 0xfffd;
    if (point < 0x80) bytes.push(point);
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), tail(point));
    else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), tail(point >> 6), tail(point));
    else bytes.push(0xf0 | (point >> 18), tail(point >> 12), tail(point >> 6), tail(point));
  }
  return bytes;
}

function tail(bits) {
  return 0x80 | (bits & 0x3f);
}
