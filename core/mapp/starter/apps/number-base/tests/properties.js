const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz";

function baseOf(name) {
  return { binary: 2, octal: 8, decimal: 10, hexadecimal: 16 }[name] || Number(name.replace("base", ""));
}

// The sign, the base and the bare digits of what was given.
function read(input) {
  const body = input.value.replace("-", "").toLowerCase();
  const marked = /^0[box]/.test(body) ? { b: 2, o: 8, x: 16 }[body[1]] : 0;
  const base = input.from === "prefix" ? marked || 10 : baseOf(input.from);
  return { negative: input.value[0] === "-", base, digits: marked === base ? body.slice(2) : body };
}

// Sum of digit times power, from the last digit on.
function worth(digits, base) {
  let sum = 0n;
  let power = 1n;
  for (let i = digits.length - 1; i >= 0; i--) {
    sum += BigInt(DIGITS.indexOf(digits[i])) * power;
    power *= BigInt(base);
  }
  return sum;
}

function prop_both_are_worth_the_same(input, output) {
  const given = read(input);
  return worth(given.digits, given.base) === worth(output.replace("-", ""), baseOf(input.to));
}

function prop_every_digit_belongs_to_the_wanted_base(input, output) {
  return [...output.replace("-", "")].every((digit) => DIGITS.indexOf(digit) < baseOf(input.to));
}

function prop_one_way_to_write_a_number(input, output) {
  return output === "0" || (!/^-?0/.test(output) && output.startsWith("-") === read(input).negative);
}

function nameOf(base) {
  return { 2: "binary", 8: "octal", 10: "decimal", 16: "hexadecimal" }[base] || "base" + base;
}

// Letters alone would not do as an input; a zero in front changes nothing. Nor may 0 and a letter look like a prefix.
function withDigit(text) {
  return text.replace(/^-?/, "$&00");
}

function meta_there_and_back(input, run) {
  const there = run(input).output;
  if (there === undefined || there.length > 254) return true;
  const given = read(input);
  const bare = given.digits.replace(/^0+(?=.)/, "");
  const back = run({ value: withDigit(there), from: input.to, to: nameOf(given.base) }).output;
  return back === (given.negative && bare !== "0" ? "-" : "") + bare;
}

function meta_case_does_not_matter(input, run) {
  const here = run(input);
  const there = run({ ...input, value: input.value.toUpperCase() });
  return here.output === there.output && here.error === there.error;
}

function throws_wrong_digit(input) {
  const given = read(input);
  return given.digits === "" || [...given.digits].some((digit) => DIGITS.indexOf(digit) >= given.base);
}
