"use strict";

// The integer part of 2^32 times |sin(i + 1)|, as RFC 1321 tabulates it.
const SINES = [
  0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
  0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
  0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
  0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
  0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
  0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
  0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
  0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
];
const ROTATIONS = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
];
const INITIAL_STATE = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];

function main(input) {
  const words = wordsOf(padded(utf8Bytes(input.text)));
  let state = INITIAL_STATE;
  for (let at = 0; at < words.length; at += 16) state = compress(state, words, at);
  return state.map(littleEndianHex).join("");
}

/** A one bit, zeros up to 8 bytes before the end of a block of 64, and the length in bits, low byte first. */
function padded(bytes) {
  const size = (Math.floor((bytes.length + 8) / 64) + 1) * 64;
  const block = new Uint8Array(size);
  block.set(bytes);
  block[bytes.length] = 0x80;
  const bits = bytes.length * 8;
  for (let i = 0; i < 4; i += 1) block[size - 8 + i] = bits >>> (8 * i);
  return block;
}

function wordsOf(bytes) {
  const words = new Uint32Array(bytes.length / 4);
  for (let i = 0; i < bytes.length; i += 1) words[i >> 2] |= bytes[i] << (8 * (i & 3));
  return words;
}

/** The four rounds of sixteen steps over one block (RFC 1321, 3.4). */
function compress(state, words, start) {
  let [a, b, c, d] = state;
  for (let i = 0; i < 64; i += 1) {
    const round = i >> 4;
    const sum = (a + mix(round, b, c, d) + SINES[i] + words[start + wordIndex(round, i)]) | 0;
    a = d;
    d = c;
    c = b;
    b = (b + rotate(sum, ROTATIONS[round][i & 3])) | 0;
  }
  return [a, b, c, d].map((word, i) => (word + state[i]) >>> 0);
}

/** The functions F, G, H and I of the four rounds. */
function mix(round, b, c, d) {
  if (round === 0) return (b & c) | (~b & d);
  if (round === 1) return (b & d) | (c & ~d);
  if (round === 2) return b ^ c ^ d;
  return c ^ (b | ~d);
}

function wordIndex(round, step) {
  return [step, 5 * step + 1, 3 * step + 5, 7 * step][round] & 15;
}

function rotate(word, count) {
  return (word << count) | (word >>> (32 - count));
}

function littleEndianHex(word) {
  const bytes = [word, word >>> 8, word >>> 16, word >>> 24];
  return bytes.map((byte) => (byte & 0xff).toString(16).padStart(2, "0")).join("");
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
