// Digits are 0-9, then a-z. BigInt, because 64 binary digits are already more than a double can count.

const NAMED = { binary: 2, octal: 8, decimal: 10, hexadecimal: 16 };
const PREFIXES = { "0b": 2, "0o": 8, "0x": 16 };

function main({ value, from, to }) {
  const negative = value.startsWith("-");
  const written = value.slice(negative ? 1 : 0).toLowerCase();
  const prefixed = PREFIXES[written.slice(0, 2)];
  const base = from === "prefix" ? prefixed ?? 10 : baseOf(from);
  const digits = prefixed === base ? written.slice(2) : written;
  const number = parse(digits, base);
  return (negative ? -number : number).toString(baseOf(to));
}

function baseOf(name) {
  return NAMED[name] ?? Number(name.slice("base".length));
}

function parse(digits, base) {
  if (digits === "") throw Error("wrong_digit"); // a prefix with nothing behind it
  let number = 0n;
  for (const digit of digits) {
    const worth = parseInt(digit, 36);
    if (worth >= base) throw Error("wrong_digit");
    number = number * BigInt(base) + BigInt(worth);
  }
  return number;
}
