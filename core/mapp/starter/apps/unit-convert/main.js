// Every unit but those of temperature is a multiple of its kind's base unit.

const UNITS = {
  // in metres
  length: {
    nm: 1e-9, micrometre: 1e-6, mm: 0.001, cm: 0.01, dm: 0.1, m: 1, km: 1000, inch: 0.0254, ft: 0.3048,
    yd: 0.9144, mi: 1609.344, nmi: 1852, fathom: 1.8288, furlong: 201.168, au: 149597870700,
    "light-year": 9460730472580800,
  },
  // in kilograms
  mass: {
    microgram: 1e-9, mg: 1e-6, g: 0.001, kg: 1, tonne: 1000, oz: 0.028349523125, lb: 0.45359237,
    stone: 6.35029318, "short-ton": 907.18474, "long-ton": 1016.0469088, carat: 0.0002,
  },
  // in litres
  volume: {
    ml: 0.001, cl: 0.01, dl: 0.1, l: 1, hl: 100, mm3: 1e-6, cm3: 0.001, dm3: 1, m3: 1000, in3: 0.016387064,
    ft3: 28.316846592, yd3: 764.554857984, tsp: 0.00492892159375, tbsp: 0.01478676478125,
    "fl-oz": 0.0295735295625, cup: 0.2365882365, pt: 0.473176473, qt: 0.946352946, gal: 3.785411784,
    "imp-fl-oz": 0.0284130625, "imp-pt": 0.56826125, "imp-gal": 4.54609, barrel: 158.987294928,
  },
  // in square metres
  area: {
    mm2: 1e-6, cm2: 0.0001, m2: 1, km2: 1e6, ha: 1e4, in2: 0.00064516, ft2: 0.09290304, yd2: 0.83612736,
    acre: 4046.8564224, mi2: 2589988.110336,
  },
  // in metres per second
  speed: {
    "m/s": 1, "km/h": 1 / 3.6, mph: 0.44704, knot: 1852 / 3600, "ft/s": 0.3048,
  },
  // in seconds; a year is 365.25 days and a month a twelfth of it
  time: {
    nanosecond: 1e-9, microsecond: 1e-6, millisecond: 0.001, second: 1, minute: 60, hour: 3600, day: 86400,
    week: 604800, month: 2629800, year: 31557600, decade: 315576000, century: 3155760000,
  },
  // in bits
  data: {
    bit: 1, byte: 8, kB: 8e3, MB: 8e6, GB: 8e9, TB: 8e12, PB: 8e15, KiB: 8192, MiB: 8388608, GiB: 8589934592,
    TiB: 8796093022208, PiB: 9007199254740992, kbit: 1e3, Mbit: 1e6, Gbit: 1e9, Tbit: 1e12,
  },
  // in pascals
  pressure: {
    Pa: 1, hPa: 100, kPa: 1000, MPa: 1e6, mbar: 100, bar: 1e5, atm: 101325, psi: 6894.757293168361,
    mmHg: 133.322387415, torr: 101325 / 760, inHg: 3386.388640341,
  },
  // in joules
  energy: {
    J: 1, kJ: 1000, MJ: 1e6, GJ: 1e9, Wh: 3600, kWh: 3.6e6, MWh: 3.6e9, cal: 4.184, kcal: 4184,
    BTU: 1055.05585262, "ft-lb": 1.3558179483314004,
  },
  // in watts
  power: {
    W: 1, kW: 1000, MW: 1e6, GW: 1e9, hp: 745.6998715822702, "metric-hp": 735.49875,
  },
  // in hertz
  frequency: {
    Hz: 1, kHz: 1000, MHz: 1e6, GHz: 1e9, rpm: 1 / 60,
  },
};

// Kelvin = (reading + offset) * step.
const TEMPERATURES = {
  celsius: { offset: 273.15, step: 1 },
  fahrenheit: { offset: 459.67, step: 5 / 9 },
  kelvin: { offset: 0, step: 1 },
  rankine: { offset: 0, step: 5 / 9 },
};

const LARGEST = 9e15; // below 2^53, where every whole number is still exact

function main({ value, from, to }) {
  const converted = from in TEMPERATURES && to in TEMPERATURES
    ? convertTemperature(value, TEMPERATURES[from], TEMPERATURES[to])
    : convertMultiple(value, from, to);
  if (Math.abs(converted) > LARGEST) throw Error("too_large");
  return toDigits(converted, 12);
}

function convertMultiple(value, from, to) {
  const kind = Object.values(UNITS).find((units) => from in units && to in units);
  if (!kind) throw Error("incompatible_units");
  return (value * kind[from]) / kind[to];
}

// By way of absolute temperature. Subtracting the offset leaves binary noise around the fourteenth decimal,
// which rounding to 9 decimals removes.
function convertTemperature(reading, from, to) {
  if (reading + from.offset < 0) throw Error("below_absolute_zero");
  if (from === to) return reading;
  const converted = ((reading + from.offset) * from.step) / to.step - to.offset;
  return Math.abs(converted) < 1e6 ? Number(converted.toFixed(9)) : converted;
}

function toDigits(number, digits) {
  return Number(number.toPrecision(digits)) + 0; // + 0 turns -0 into 0
}
