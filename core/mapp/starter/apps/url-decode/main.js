"use strict";

const SMALLEST = [0, 0, 0x80, 0x800, 0x10000];

function main(input) {
  const text = input.plus === "space" ? input.text.replace(/\+/g, " ") : input.text;
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) throw Error("bad_escape");
  // Codes that stand side by side belong together: one character may take up to four.
  const pieces = text.split(/(%[0-9A-Fa-f]{2})/);
  return decodeRuns(pieces);
}

/** Even pieces are plain text, odd ones are codes; a run of codes ends at the next plain text that is not empty. */
function decodeRuns(pieces) {
  const decoded = [];
  let bytes = [];
  pieces.forEach((piece, i) => {
    if (i % 2 === 1) return bytes.push(parseInt(piece.slice(1), 16));
    if (piece === "" && i < pieces.length - 1) return;
    decoded.push(utf8Text(bytes), withoutLoneSurrogates(piece));
    bytes = [];
  });
  return decoded.join("");
}

function withoutLoneSurrogates(text) {
  return Array.from(text, (character) => (/^[\ud800-\udfff]$/.test(character) ? "\ufffd" : character)).join("");
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
