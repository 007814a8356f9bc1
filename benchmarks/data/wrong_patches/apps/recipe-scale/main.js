const TSP_IN_TBSP = 3;
const LARGE = { g: "kg", ml: "l" };

function main({ amount, unit, from, to }) {
  const scaled = (amount * to) / from;
  if (unit === "piece") return pieces(scaled);
  if (unit === "tsp" || unit === "tbsp") return spoons(unit === "tsp" ? scaled : scaled * TSP_IN_TBSP);
  return metric(scaled, unit);
}

// Nobody cracks a third of an egg: halves at the finest, and never nothing of something.
function pieces(count) {
  if (count === 0) return "0 pieces";
  const halves = Math.max(1, Math.round(count * 2)) / 2;
  return halves <= 1 ? `${halves} piece` : `${halves} pieces`;
}

function spoons(teaspoons) {
  const quarters = Math.round(teaspoons * 4) / 4;
  return quarters < TSP_IN_TBSP ? `${quarters} tsp` : `${Math.round((quarters / TSP_IN_TBSP) * 2) / 2} tbsp`;
}

function metric(number, unit) {
  if (number >= 1000) return `${Math.round(number / 10) / 100} ${LARGE[unit]}`;
  return `${number < 10 ? Math.round(number * 10) / 10 : Math.round(number)} ${unit}`;
}
