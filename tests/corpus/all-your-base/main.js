function valueOf(digits, base) {
  let value = 0;
  for (const digit of digits) {
    if (digit < 0 || digit >= base) throw Error("no_digit");
    value = value * base + digit;
  }
  return value;
}

function digitsOf(value, base) {
  const digits = [];
  let rest = value;
  do {
    digits.unshift(rest % base);
    rest = Math.floor(rest / base);
  } while (rest > 0);
  return digits;
}

function main({ inputBase, digits, outputBase }) {
  if (inputBase < 2) throw Error("input_base");
  if (outputBase < 2) throw Error("output_base");
  return digitsOf(valueOf(digits, inputBase), outputBase);
}
