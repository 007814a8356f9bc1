// Each unit as a multiple of another, by its definition, down to one unit that stands for its kind.
const DEFINITIONS = {
  nm: [1e-3, "micrometre"], micrometre: [1e-3, "mm"], mm: [0.1, "cm"], cm: [0.1, "dm"], dm: [0.1, "m"], km: [1000, "m"],
  inch: [2.54, "cm"], ft: [12, "inch"], yd: [3, "ft"], mi: [1760, "yd"], nmi: [1852, "m"], fathom: [2, "yd"],
  furlong: [220, "yd"], au: [149597870.7, "km"], "light-year": [9460730472580.8, "km"],
  microgram: [1e-3, "mg"], mg: [1e-3, "g"], kg: [1000, "g"], tonne: [1000, "kg"], lb: [453.59237, "g"],
  oz: [1 / 16, "lb"], stone: [14, "lb"], "short-ton": [2000, "lb"], "long-ton": [2240, "lb"], carat: [200, "mg"],
  ml: [1e-3, "l"], cl: [10, "ml"], dl: [10, "cl"], hl: [100, "l"], cm3: [1, "ml"], mm3: [1e-3, "ml"], dm3: [1, "l"],
  m3: [1000, "l"], in3: [2.54 * 2.54 * 2.54, "cm3"], ft3: [1728, "in3"], yd3: [27, "ft3"], gal: [231, "in3"],
  qt: [1 / 4, "gal"], pt: [1 / 2, "qt"], cup: [1 / 2, "pt"], "fl-oz": [1 / 8, "cup"], tbsp: [1 / 2, "fl-oz"],
  tsp: [1 / 3, "tbsp"], barrel: [42, "gal"], "imp-gal": [4.54609, "l"], "imp-pt": [1 / 8, "imp-gal"],
  "imp-fl-oz": [1 / 20, "imp-pt"],
  cm2: [1e-4, "m2"], mm2: [1e-2, "cm2"], km2: [100, "ha"], ha: [10000, "m2"], in2: [2.54 * 2.54, "cm2"],
  ft2: [144, "in2"], yd2: [9, "ft2"], acre: [4840, "yd2"], mi2: [640, "acre"],
  "m/s": [3.6, "km/h"], mph: [1.609344, "km/h"], knot: [1.852, "km/h"], "ft/s": [3600 / 5280, "mph"],
  nanosecond: [1e-3, "microsecond"], microsecond: [1e-3, "millisecond"], millisecond: [1e-3, "second"],
  minute: [60, "second"], hour: [60, "minute"], day: [24, "hour"], week: [7, "day"], year: [365.25, "day"],
  month: [1 / 12, "year"], decade: [10, "year"], century: [10, "decade"],
  byte: [8, "bit"], kB: [1000, "byte"], MB: [1000, "kB"], GB: [1000, "MB"], TB: [1000, "GB"], PB: [1000, "TB"],
  KiB: [1024, "byte"], MiB: [1024, "KiB"], GiB: [1024, "MiB"], TiB: [1024, "GiB"], PiB: [1024, "TiB"],
  kbit: [1000, "bit"], Mbit: [1000, "kbit"], Gbit: [1000, "Mbit"], Tbit: [1000, "Gbit"],
  hPa: [100, "Pa"], kPa: [10, "hPa"], MPa: [1000, "kPa"], bar: [100, "kPa"], mbar: [1e-3, "bar"],
  atm: [1013.25, "hPa"], torr: [1 / 760, "atm"], mmHg: [13.5951 * 9.80665, "Pa"], inHg: [25.4, "mmHg"],
  psi: [(0.45359237 * 9.80665) / (0.0254 * 0.0254), "Pa"],
  kJ: [1000, "J"], MJ: [1000, "kJ"], GJ: [1000, "MJ"], Wh: [3600, "J"], kWh: [1000, "Wh"], MWh: [1000, "kWh"],
  cal: [4.184, "J"], kcal: [1000, "cal"], BTU: [2326 * 0.45359237, "J"],
  "ft-lb": [0.3048 * 0.45359237 * 9.80665, "J"],
  kW: [1000, "W"], MW: [1000, "kW"], GW: [1000, "MW"], hp: [550 * 0.3048 * 0.45359237 * 9.80665, "W"],
  "metric-hp": [75 * 9.80665, "W"],
  kHz: [1000, "Hz"], MHz: [1000, "kHz"], GHz: [1000, "MHz"], rpm: [1 / 60, "Hz"],
};
const TEMPERATURES = ["celsius", "fahrenheit", "kelvin", "rankine"];

function isTemperature(unit) {
  return TEMPERATURES.includes(unit);
}

function inRootUnit(unit) {
  let factor = 1;
  while (unit in DEFINITIONS) {
    factor *= DEFINITIONS[unit][0];
    unit = DEFINITIONS[unit][1];
  }
  return { factor, kind: isTemperature(unit) ? "temperature" : unit };
}

function inCelsius(value, unit) {
  if (unit === "fahrenheit") return ((value - 32) * 5) / 9;
  if (unit === "kelvin") return value - 273.15;
  return unit === "rankine" ? (value * 5) / 9 - 273.15 : value;
}

function near(a, b, tolerance) {
  return Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b)) + 1e-300;
}

function sameTemperature(a, b) {
  return Math.abs(a - b) <= 1e-8 + 1e-11 * Math.max(Math.abs(a), Math.abs(b));
}

function prop_agrees_with_the_definitions_of_the_units(input, output) {
  if (isTemperature(input.from)) return sameTemperature(inCelsius(input.value, input.from), inCelsius(output, input.to));
  const here = inRootUnit(input.from).factor;
  const there = inRootUnit(input.to).factor;
  return near(output, input.value * (here / there), 5.01e-12);
}

function prop_same_unit_changes_nothing(input, output) {
  return input.from !== input.to || near(output, input.value, 1e-11);
}

function prop_no_temperature_falls_below_absolute_zero(input, output) {
  return !isTemperature(input.to) || inCelsius(output, input.to) >= -273.1500001;
}

function meta_there_and_back(input, run) {
  const there = run(input).output;
  if (there === undefined || Math.abs(there) > 1e15) return true;
  const back = run({ value: there, from: input.to, to: input.from });
  if (back.error !== undefined) return back.error === "below_absolute_zero" && Math.abs(input.value) < 1000;
  if (isTemperature(input.from)) return sameTemperature(back.output, input.value);
  return Math.abs(input.value) < 1e-280 || near(back.output, input.value, 1e-11);
}

function meta_twice_as_much_converts_to_twice_as_much(input, run) {
  if (isTemperature(input.from) || Math.abs(input.value) > 5e14) return true;
  const once = run(input).output;
  const twice = run({ ...input, value: input.value * 2 }).output;
  return once === undefined || twice === undefined || near(twice, once * 2, 1e-11);
}

function throws_incompatible_units(input) {
  return inRootUnit(input.from).kind !== inRootUnit(input.to).kind;
}

function throws_below_absolute_zero(input) {
  const zero = { celsius: -273.15, fahrenheit: -459.67, kelvin: 0, rankine: 0 };
  return isTemperature(input.from) && isTemperature(input.to) && input.value < zero[input.from];
}
