const EARTH_YEAR = 31557600;
const PERIODS = {
  Mercury: 0.2408467,
  Venus: 0.61519726,
  Earth: 1,
  Mars: 1.8808158,
  Jupiter: 11.862615,
  Saturn: 29.447498,
  Uranus: 84.016846,
  Neptune: 164.79132,
};

function main({ planet, seconds }) {
  if (!Object.hasOwn(PERIODS, planet)) throw Error("not_a_planet");
  const years = seconds / EARTH_YEAR / PERIODS[planet];
  return Math.round(years * 100) / 100;
}
