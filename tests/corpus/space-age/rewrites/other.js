const YEARS = new Map(Object.entries({
  Mercury: 0.2408467, Venus: 0.61519726, Earth: 1, Mars: 1.8808158,
  Jupiter: 11.862615, Saturn: 29.447498, Uranus: 84.016846, Neptune: 164.79132,
}));

function main(input) {
  const period = YEARS.get(input.planet);
  if (period === undefined) throw new Error("not_a_planet");
  const earthYears = input.seconds / 31557600;
  const hundredths = Math.round((earthYears / period) * 100);
  return hundredths / 100;
}
