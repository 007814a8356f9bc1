function main({ number, country }) {
  const bare = number.replace(/\(0\)/, "").replace(/[\s().\/-]/g, "");
  if (!/^[+]?[0-9]+$/.test(bare)) throw new Error("not_a_number");
  const digits = international(bare, country);
  if (digits.length < 7) throw new Error("too_short");
  if (digits.length > 15) throw new Error("too_long");
  if (digits.startsWith("0")) throw new Error("not_a_number");
  return `+${digits}`;
}

function international(bare, country) {
  if (bare.startsWith("+")) return bare.slice(1);
  if (bare.startsWith("00")) return bare.slice(2);
  if (bare.startsWith("0")) return country + bare.slice(1);
  return country + bare;
}
