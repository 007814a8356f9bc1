const SMALL = "abcdefghijklmnopqrstuvwxyz";
const CAPITALS = SMALL.toUpperCase();
const DIGITS = "0123456789";
// Symbols that shells, forms and keyboards mostly agree on; no quotes, brackets, slashes or spaces.
const SYMBOLS = "!#$%&*+=?@_-";

const KINDS = {
  any: [SMALL, CAPITALS, DIGITS, SYMBOLS],
  alphanumeric: [SMALL, CAPITALS, DIGITS],
  alphabetic: [SMALL, CAPITALS],
  numeric: [DIGITS],
};

function randomBelow(limit, host) {
  return Math.floor(host.random() * limit);
}

function pick(alphabet, host) {
  return alphabet[randomBelow(alphabet.length, host)];
}

// Fisher-Yates, so that the guaranteed characters can stand anywhere.
function shuffle(list, host) {
  for (let i = list.length - 1; i > 0; i--) {
    const j = randomBelow(i + 1, host);
    [list[i], list[j]] = [list[j], list[i]];
  }
  return list;
}

function main(input, host) {
  const { length, characters } = input;
  if (length < 4) throw Error("too_short");
  if (length > 128) throw Error("too_long");
  const kinds = KINDS[characters];
  const alphabet = kinds.join("");
  const password = kinds.map((kind) => pick(kind, host));
  while (password.length < length) password.push(pick(alphabet, host));
  return shuffle(password, host).join("");
}
