// Prices in cents for up to so many kilograms.
const BANDS = [
  { upTo: 1, domestic: 419, europe: 949, world: 1649 },
  { upTo: 2, domestic: 549, europe: 1399, world: 2299 },
  { upTo: 5, domestic: 769, europe: 1749, world: 3399 },
  { upTo: 10, domestic: 1049, europe: 2249, world: 4999 },
  { upTo: 31.5, domestic: 1999, europe: 3699, world: 9899 },
];
const LEAST_INSURANCE = 250;

function main({ weight, zone, insured }) {
  if (weight === 0) throw new Error("no_weight");
  const band = BANDS.find((row) => weight <= row.upTo);
  if (band === undefined) throw new Error("too_heavy");
  const postage = band[zone];
  const insurance = insuranceFor(insured);
  return { postage: postage / 100, insurance: insurance / 100, total: (postage + insurance) / 100 };
}

function insuranceFor(value) {
  if (value === 0) return 0;
  return Math.max(LEAST_INSURANCE, Math.round(value));
}
