function bytesOf(text) {
  const safe = Array.from(text, (c) => (c.length === 1 && c >= "\ud800" && c <= "\udfff" ? "\ufffd" : c)).join("");
  const codes = encodeURIComponent(safe).match(/%..|[^%]/g) || [];
  return codes.map((code) => (code.length === 3 ? parseInt(code.slice(1), 16) : code.charCodeAt(0)));
}

// Long division of the message polynomial, highest power first, then everything mirrored back.
function slowChecksum(bytes) {
  let rest = 0xffffffff;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit += 1) {
      const carry = (rest >>> 31) ^ ((byte >> bit) & 1);
      rest = carry ? (rest << 1) ^ 0x04c11db7 : rest << 1;
    }
  }
  const mirrored = ((rest ^ 0xffffffff) >>> 0).toString(2).padStart(32, "0").split("").reverse().join("");
  return parseInt(mirrored, 2).toString(16).padStart(8, "0");
}

function prop_agrees_with_long_division(input, output) {
  return input.text.length > 20000 || slowChecksum(bytesOf(input.text)) === output;
}

// Appending a checksum to its message always leaves the same residue; needs bytes, so it is worked out here.
function prop_message_with_its_checksum_leaves_the_residue(input, output) {
  if (input.text.length > 20000) return true;
  const own = [6, 4, 2, 0].map((i) => parseInt(output.slice(i, i + 2), 16));
  return slowChecksum([...bytesOf(input.text), ...own]) === "2144df1c";
}

// crc(a ^ b) = crc(a) ^ crc(b) ^ crc(0) for texts of one length.
function meta_is_affine_over_exclusive_or(input, run) {
  if (!/^[\x00-\x7f]*$/.test(input.text) || input.text.length > 5000) return true;
  const crc = (text) => parseInt(run({ text }).output, 16);
  const mask = Array.from(input.text, (c, i) => (i * 37 + 11) % 128);
  const text = (codes) => codes.map((code) => String.fromCharCode(code)).join("");
  const mixed = text(mask.map((m, i) => m ^ input.text.charCodeAt(i)));
  return (crc(mixed) ^ crc(input.text) ^ crc(text(mask)) ^ crc(text(mask.map(() => 0)))) === 0;
}

function meta_one_changed_character_is_always_seen(input, run) {
  if (input.text.length > 5000) return true;
  return run({ text: input.text + "a" }).output !== run({ text: input.text + "b" }).output;
}
