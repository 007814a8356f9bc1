"use strict";

// x^32 + x^26 + … + 1 with its bits reversed, as the reflected algorithm shifts right.
const POLYNOMIAL = 0xedb88320;

function main(input) {
  const table = remainders();
  let crc = 0xffffffff;
  for (const byte of utf8Bytes(input.text)) crc = table[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return ((crc ^ 0xffffffff) >>> 0).toString(16).padStart(8, "0");
}

/** For each byte the remainder that it leaves after eight steps of the division. */
function remainders() {
  const table = new Int32Array(256);
  for (let byte = 0; byte < 256; byte += 1) {
    let rest = byte;
    for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ POLYNOMIAL : rest >>> 1;
    table[byte] = rest;
  }
  return table;
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
