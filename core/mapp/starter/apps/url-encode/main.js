"use strict";

const UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
const SPACE = 0x20;

function main(input) {
  const codes = codeTable(input.space === "plus" ? "+" : "%20");
  return utf8Bytes(input.text).map((byte) => codes[byte]).join("");
}

/** What each of the 256 bytes is written as. */
function codeTable(space) {
  const codes = Array.from({ length: 256 }, (_, byte) => percentEncoded(byte));
  for (const character of UNRESERVED) codes[character.charCodeAt(0)] = character;
  codes[SPACE] = space;
  return codes;
}

function percentEncoded(byte) {
  return "%" + byte.toString(16).toUpperCase().padStart(2, "0");
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
