const NAMES = { g: ["g", "kg"], ml: ["ml", "l"], tsp: ["tsp", "tbsp"], tbsp: ["tsp", "tbsp"], piece: ["piece", "pieces"] };

function prop_the_unit_fits(input, output) {
  return NAMES[input.unit].includes(output.split(" ")[1]);
}

function prop_the_number_is_not_negative(input, output) {
  return Number(output.split(" ")[0]) >= 0;
}

function prop_grams_are_about_right(input, output) {
  if (input.unit !== "g") return true;
  const [number, unit] = output.split(" ");
  const grams = Number(number) * (unit === "kg" ? 1000 : 1);
  const exact = (input.amount * input.to) / input.from;
  return Math.abs(grams - exact) <= Math.max(0.5, exact / 100);
}

function meta_the_same_number_of_servings_keeps_pieces(input, run) {
  if (input.unit !== "piece" || !Number.isInteger(input.amount) || input.amount === 0) return true;
  return Number(run({ ...input, to: input.from }).output.split(" ")[0]) === input.amount;
}
