function bytesOf(text) {
  const safe = Array.from(text, (c) => (c.length === 1 && c >= "\ud800" && c <= "\udfff" ? "\ufffd" : c)).join("");
  const codes = encodeURIComponent(safe).match(/%..|[^%]/g) || [];
  return codes.map((code) => (code.length === 3 ? parseInt(code.slice(1), 16) : code.charCodeAt(0)));
}

// MD5 over big integers, its table worked out from the sine. Slow and plain.
const MASK = 0xffffffffn;
const littleEndian = (bytes) => bytes.reduceRight((x, b) => (x << 8n) | BigInt(b), 0n);

function slowDigest(bytes) {
  const zeros = (119 - (bytes.length % 64)) % 64;
  const length = (bytes.length * 8).toString(16).padStart(16, "0").match(/../g).map((x) => parseInt(x, 16)).reverse();
  const message = [...bytes, 128, ...Array(zeros).fill(0), ...length];
  const turns = ["7 12 17 22", "5 9 14 20", "4 11 16 23", "6 10 15 21"].map((row) => row.split(" ").map(BigInt));
  const order = [(i) => i, (i) => 5 * i + 1, (i) => 3 * i + 5, (i) => 7 * i];
  const mixes = [
    (x, y, z) => (x & y) | ((x ^ MASK) & z),
    (x, y, z) => (x & z) | (y & (z ^ MASK)),
    (x, y, z) => x ^ y ^ z,
    (x, y, z) => y ^ (x | (z ^ MASK)),
  ];
  let state = [0x67452301n, 0xefcdab89n, 0x98badcfen, 0x10325476n];
  for (let at = 0; at < message.length; at += 64) {
    const word = (k) => littleEndian(message.slice(at + 4 * k, at + 4 * k + 4));
    let [a, b, c, d] = state;
    for (let i = 0; i < 64; i += 1) {
      const r = Math.floor(i / 16);
      const sine = BigInt(Math.floor(Math.abs(Math.sin(i + 1)) * 4294967296));
      const sum = (a + mixes[r](b, c, d) + word(order[r](i) % 16) + sine) & MASK;
      const turned = (sum << turns[r][i % 4]) | (sum >> (32n - turns[r][i % 4]));
      [a, b, c, d] = [d, (b + turned) & MASK, b, c];
    }
    state = [a, b, c, d].map((x, i) => (x + state[i]) & MASK);
  }
  return state.map((x) => x.toString(16).padStart(8, "0").match(/../g).reverse().join("")).join("");
}

// Long texts are left to the examples: the slow form would take too much of a run's time.
function prop_agrees_with_big_integers(input, output) {
  return input.text.length > 200 || slowDigest(bytesOf(input.text)) === output;
}

function prop_has_128_bits(input, output) {
  return /^[0-9a-f]{32}$/.test(output) && BigInt("0x" + output) < 1n << 128n;
}

function meta_one_more_character_changes_about_half_of_the_bits(input, run) {
  if (input.text.length > 2000) return true;
  const bits = (BigInt("0x" + run(input).output) ^ BigInt("0x" + run({ text: input.text + "." }).output)).toString(2);
  const changed = bits.replace(/0/g, "").length;
  return changed > 20 && changed < 108;
}

function meta_swapping_two_different_letters_matters(input, run) {
  const swapped = "ba" + input.text;
  return input.text.length > 2000 || run({ text: swapped }).output !== run({ text: "ab" + input.text }).output;
}
