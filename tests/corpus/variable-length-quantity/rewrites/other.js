function encodeOne(number) {
  let text = number.toString(2);
  while (text.length % 7 !== 0) text = "0" + text;
  const groups = text.match(/.{7}/g);
  return groups.map((bits, i) => parseInt((i < groups.length - 1 ? "1" : "0") + bits, 2));
}

function main({ integers, operation }) {
  if (operation === "encode") {
    const bytes = [];
    for (const number of integers) bytes.push(...encodeOne(number));
    return bytes;
  }
  if (Math.max(...integers) >= 256) throw new Error("not_a_byte");
  if (integers[integers.length - 1] >= 128) throw new Error("incomplete");
  const out = [];
  integers.reduce((value, byte) => {
    const next = value * 128 + (byte & 127);
    if (next > 0xffffffff) throw new Error("too_large");
    if (byte >= 128) return next;
    out.push(next);
    return 0;
  }, 0);
  return out;
}
