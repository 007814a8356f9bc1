function prop_encoded_numbers_end_where_the_eighth_bit_is_clear(input, output) {
  const [bytes, numbers] = input.operation === "encode" ? [output, input.integers] : [input.integers, output];
  return bytes.filter((byte) => byte < 128).length === numbers.length && bytes.every((byte) => byte < 256);
}

function meta_decoding_gives_the_numbers_back(input, run) {
  if (input.integers.length > 4) return true;
  const bytes = run({ integers: input.integers, operation: "encode" }).output;
  const back = run({ integers: bytes, operation: "decode" }).output;
  return JSON.stringify(back) === JSON.stringify(input.integers);
}

function meta_a_number_takes_no_byte_more_than_it_must(input, run) {
  const number = input.integers[0];
  const bytes = run({ integers: [number], operation: "encode" }).output;
  const bits = number === 0 ? 1 : number.toString(2).length;
  return bytes.length === Math.ceil(bits / 7);
}

function meta_numbers_are_encoded_one_after_another(input, run) {
  const apart = input.integers.flatMap((number) => run({ integers: [number], operation: "encode" }).output);
  return JSON.stringify(run({ ...input, operation: "encode" }).output) === JSON.stringify(apart);
}

function throws_not_a_byte(input) {
  return input.operation === "decode" && Math.max(...input.integers) > 255;
}

function throws_incomplete(input) {
  const last = input.integers[input.integers.length - 1];
  return input.operation === "decode" && Math.max(...input.integers) < 256 && (last & 128) !== 0;
}

function throws_too_large(input) {
  if (input.operation === "encode" || Math.max(...input.integers) > 255) return false;
  if (input.integers[input.integers.length - 1] >= 128) return false;
  let value = 0n;
  return input.integers.some((byte) => {
    value = (value << 7n) | BigInt(byte & 127);
    const over = value >> 32n > 0n;
    if (byte < 128) value = 0n;
    return over;
  });
}
