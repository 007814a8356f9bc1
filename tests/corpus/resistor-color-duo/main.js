const COLORS = ["black", "brown", "red", "orange", "yellow", "green", "blue", "violet", "grey", "white"];

function main({ colors }) {
  const tens = COLORS.indexOf(colors[0]);
  const ones = COLORS.indexOf(colors[1]);
  return 10 * tens + ones;
}
