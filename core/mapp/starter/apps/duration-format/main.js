const UNITS = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];

function main(input) {
  const parts = [];
  let rest = input.seconds;
  for (const [symbol, length] of UNITS) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0) parts.push(`${count} ${symbol}`);
  }
  return parts.join(" ") || "0 s";
}
