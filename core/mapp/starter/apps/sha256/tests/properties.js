function bytesOf(text) {
  const safe = Array.from(text, (c) => (c.length === 1 && c >= "\ud800" && c <= "\udfff" ? "\ufffd" : c)).join("");
  const codes = encodeURIComponent(safe).match(/%..|[^%]/g) || [];
  return codes.map((code) => (code.length === 3 ? parseInt(code.slice(1), 16) : code.charCodeAt(0)));
}

// SHA-256 over big integers, its constants worked out from the roots of the primes. Slow and plain.
const MASK = 0xffffffffn;
const PRIMES = [];
for (let n = 2n; PRIMES.length < 64; n += 1n) if (PRIMES.every((p) => n % p !== 0n)) PRIMES.push(n);

function rootBits(prime, degree) {
  const target = prime << (32n * degree);
  let root = 0n;
  for (let bit = 1n << 40n; bit > 0n; bit >>= 1n) if ((root + bit) ** degree <= target) root += bit;
  return root & MASK;
}

const turn = (x, n) => ((x >> n) | (x << (32n - n))) & MASK;

function slowDigest(bytes) {
  const k = PRIMES.map((p) => rootBits(p, 3n));
  let h = PRIMES.slice(0, 8).map((p) => rootBits(p, 2n));
  const zeros = (119 - (bytes.length % 64)) % 64;
  const length = (bytes.length * 8).toString(16).padStart(16, "0").match(/../g).map((x) => parseInt(x, 16));
  const message = [...bytes, 128, ...Array(zeros).fill(0), ...length];
  for (let at = 0; at < message.length; at += 64) {
    const w = [];
    for (let t = 0; t < 16; t += 1) w.push(message.slice(at + 4 * t, at + 4 * t + 4).reduce((x, b) => (x << 8n) | BigInt(b), 0n));
    for (let t = 16; t < 64; t += 1) {
      const s0 = turn(w[t - 15], 7n) ^ turn(w[t - 15], 18n) ^ (w[t - 15] >> 3n);
      const s1 = turn(w[t - 2], 17n) ^ turn(w[t - 2], 19n) ^ (w[t - 2] >> 10n);
      w.push((w[t - 16] + s0 + w[t - 7] + s1) & MASK);
    }
    let v = h.slice();
    for (let t = 0; t < 64; t += 1) {
      const s1 = turn(v[4], 6n) ^ turn(v[4], 11n) ^ turn(v[4], 25n);
      const one = v[7] + s1 + ((v[4] & v[5]) | ((v[4] ^ MASK) & v[6])) + k[t] + w[t];
      const s0 = turn(v[0], 2n) ^ turn(v[0], 13n) ^ turn(v[0], 22n);
      const two = s0 + ((v[0] & v[1]) | (v[2] & (v[0] | v[1])));
      v = [(one + two) & MASK, v[0], v[1], v[2], (v[3] + one) & MASK, v[4], v[5], v[6]];
    }
    h = h.map((x, i) => (x + v[i]) & MASK);
  }
  return h.map((x) => x.toString(16).padStart(8, "0")).join("");
}

// Long texts are left to the examples: the slow form would take too much of a run's time.
function prop_agrees_with_big_integers(input, output) {
  return input.text.length > 200 || slowDigest(bytesOf(input.text)) === output;
}

function prop_has_256_bits(input, output) {
  return /^[0-9a-f]{64}$/.test(output) && BigInt("0x" + output) < 1n << 256n;
}

function meta_one_more_character_changes_about_half_of_the_bits(input, run) {
  if (input.text.length > 2000) return true;
  const bits = (BigInt("0x" + run(input).output) ^ BigInt("0x" + run({ text: input.text + "." }).output)).toString(2);
  const changed = bits.replace(/0/g, "").length;
  return changed > 64 && changed < 192;
}

function meta_swapping_two_different_letters_matters(input, run) {
  const swapped = "ba" + input.text;
  return input.text.length > 2000 || run({ text: swapped }).output !== run({ text: "ab" + input.text }).output;
}
