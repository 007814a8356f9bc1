const LARGEST = 4294967295;

// Seven bits a byte, the highest first; every byte but the last has its eighth bit set.
function encode(number) {
  const bytes = [number % 128];
  let rest = Math.floor(number / 128);
  while (rest > 0) {
    bytes.unshift(128 + (rest % 128));
    rest = Math.floor(rest / 128);
  }
  return bytes;
}

function decode(bytes) {
  if (bytes.some((byte) => byte > 255)) throw Error("not_a_byte");
  if (bytes[bytes.length - 1] > 127) throw Error("incomplete");
  const numbers = [];
  let number = 0;
  for (const byte of bytes) {
    number = number * 128 + (byte % 128);
    if (number > LARGEST) throw Error("too_large");
    if (byte < 128) {
      numbers.push(number);
      number = 0;
    }
  }
  return numbers;
}

function main({ integers, operation }) {
  return operation === "encode" ? integers.flatMap(encode) : decode(integers);
}
