"""Units of measure: their names, what they measure, and conversion.

Factors are exact by definition (International System of Units, 9th edition; NIST Handbook 44 for the
customary units). Only temperatures need an offset.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure: `amount * factor + offset` counts it in the base unit of its dimension."""

    name: str
    dimension: str
    factor: Decimal
    offset: Decimal = Decimal(0)


# dimension: (name, factor to the base unit, case-sensitive symbols, lower-case names)
_TABLE: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "length": (
        ("m", "1", "m", "meter meters metre metres"),
        ("km", "1000", "km kms Km KM", "kilometer kilometers kilometre kilometres"),
        ("cm", "0.01", "cm cms CM", "centimeter centimeters centimetre centimetres"),
        ("mm", "0.001", "mm", "millimeter millimeters millimetre millimetres"),
        ("um", "0.000001", "µm um μm", "micrometer micrometers micrometre micrometres micron microns"),
        ("nm", "0.000000001", "nm", "nanometer nanometers nanometre nanometres"),
        ("mi", "1609.344", "mi", "mile miles"),
        ("yd", "0.9144", "yd yds", "yard yards"),
        ("ft", "0.3048", "ft", "foot feet"),
        ("in", "0.0254", "", "inch inches"),
        ("nmi", "1852", "nmi NM", "nautical_mile nautical_miles"),
    ),
    "mass": (
        ("kg", "1", "kg Kg KG kgs", "kilogram kilograms kilogramme kilogrammes kilo kilos"),
        ("g", "0.001", "g gr", "gram grams gramme grammes"),
        ("mg", "0.000001", "mg", "milligram milligrams"),
        ("ug", "0.000000001", "µg ug mcg", "microgram micrograms"),
        ("t", "1000", "t", "tonne tonnes metric_ton metric_tons"),
        ("ton", "907.18474", "", "ton tons"),
        ("short_ton", "907.18474", "", "short_ton short_tons us_ton us_tons american_ton american_tons"),
        ("long_ton", "1016.0469088", "", "long_ton long_tons imperial_ton imperial_tons"),
        ("lb", "0.45359237", "lb lbs", "pound pounds"),
        ("oz", "0.028349523125", "oz", "ounce ounces"),
        ("st", "6.35029318", "", "stone stones"),
    ),
    "volume": (
        ("l", "1", "l L", "liter liters litre litres"),
        ("ml", "0.001", "ml mL ML", "milliliter milliliters millilitre millilitres"),
        ("cl", "0.01", "cl cL", "centiliter centiliters centilitre centilitres"),
        ("dl", "0.1", "dl dL", "deciliter deciliters decilitre decilitres"),
        ("m3", "1000", "m3 m³ m^3", "cubic_meter cubic_meters cubic_metre cubic_metres"),
        (
            "cm3",
            "0.001",
            "cm3 cm³ cm^3 cc",
            "cubic_centimeter cubic_centimeters cubic_centimetre cubic_centimetres",
        ),
        ("gal", "3.785411784", "gal", "gallon gallons us_gallon us_gallons"),
        ("imp_gal", "4.54609", "", "imperial_gallon imperial_gallons uk_gallon uk_gallons"),
        ("qt", "0.946352946", "qt", "quart quarts"),
        ("pt", "0.473176473", "pt", "pint pints us_pint us_pints"),
        ("imp_pt", "0.56826125", "", "imperial_pint imperial_pints uk_pint uk_pints"),
        ("cup", "0.2365882365", "", "cup cups"),
        ("floz", "0.0295735295625", "floz", "fluid_ounce fluid_ounces fl_oz"),
        ("tbsp", "0.01478676478125", "tbsp", "tablespoon tablespoons"),
        ("tsp", "0.00492892159375", "tsp", "teaspoon teaspoons"),
    ),
    "area": (
        ("m2", "1", "m2 m² m^2 sqm", "square_meter square_meters square_metre square_metres sq_m"),
        (
            "km2",
            "1000000",
            "km2 km² km^2",
            "square_kilometer square_kilometers square_kilometre square_kilometres sq_km",
        ),
        (
            "cm2",
            "0.0001",
            "cm2 cm² cm^2",
            "square_centimeter square_centimeters square_centimetre square_centimetres",
        ),
        ("ft2", "0.09290304", "ft2 ft² ft^2 sqft", "square_foot square_feet sq_ft"),
        ("in2", "0.00064516", "in2 in²", "square_inch square_inches"),
        ("yd2", "0.83612736", "yd2 yd²", "square_yard square_yards"),
        ("mi2", "2589988.110336", "mi2 mi²", "square_mile square_miles sq_mi"),
        ("ha", "10000", "ha", "hectare hectares"),
        ("acre", "4046.8564224", "", "acre acres"),
    ),
    "speed": (
        ("m/s", "1", "m/s", "meters/second meter/second metres/second mps"),
        ("km/h", "0.2777777777777777777777777778", "km/h kmh kph", "kilometers/hour kilometres/hour"),
        ("mph", "0.44704", "mph mi/h", "miles/hour"),
        ("kn", "0.5144444444444444444444444444", "kn kt", "knot knots"),
        ("ft/s", "0.3048", "ft/s", "feet/second"),
    ),
    "acceleration": (("m/s2", "1", "m/s2 m/s² m/s^2", "meters/second^2 metres/second^2"),),
    "time": (
        ("second", "1", "s sec secs", "second seconds"),
        ("millisecond", "0.001", "ms", "millisecond milliseconds"),
        ("minute", "60", "min mins", "minute minutes"),
        ("hour", "3600", "h hr hrs", "hour hours"),
        ("day", "86400", "d", "day days"),
        ("week", "604800", "w wk wks", "week weeks"),
    ),
    "calendar": (
        ("month", "1", "mo", "month months mth mths"),
        ("quarter", "3", "", ""),
        ("year", "12", "y yr yrs", "year years"),
        ("decade", "120", "", "decade decades"),
        ("century", "1200", "", "century centuries"),
    ),
    "data": (
        ("bit", "0.125", "", "bit bits"),
        ("byte", "1", "B", "byte bytes"),
        ("kB", "1000", "kB KB kb", "kilobyte kilobytes"),
        ("MB", "1000000", "MB mb", "megabyte megabytes"),
        ("GB", "1000000000", "GB gb", "gigabyte gigabytes gigs"),
        ("TB", "1000000000000", "TB tb", "terabyte terabytes"),
        ("PB", "1000000000000000", "PB", "petabyte petabytes"),
        ("KiB", "1024", "KiB", "kibibyte kibibytes"),
        ("MiB", "1048576", "MiB", "mebibyte mebibytes"),
        ("GiB", "1073741824", "GiB", "gibibyte gibibytes"),
        ("TiB", "1099511627776", "TiB", "tebibyte tebibytes"),
        ("kbit", "125", "kbit Kb", "kilobit kilobits"),
        ("Mbit", "125000", "Mbit Mb", "megabit megabits"),
        ("Gbit", "125000000", "Gbit Gb", "gigabit gigabits"),
    ),
    "pressure": (
        ("Pa", "1", "Pa", "pascal pascals"),
        ("kPa", "1000", "kPa kpa", "kilopascal kilopascals"),
        ("MPa", "1000000", "MPa", "megapascal megapascals"),
        ("bar", "100000", "", "bar bars"),
        ("mbar", "100", "mbar hPa", "millibar millibars hectopascal hectopascals"),
        ("atm", "101325", "atm", "atmosphere atmospheres"),
        ("psi", "6894.757293168361", "psi PSI", ""),
        ("mmHg", "133.322387415", "mmHg", "torr"),
    ),
    "energy": (
        ("J", "1", "J", "joule joules"),
        ("kJ", "1000", "kJ", "kilojoule kilojoules"),
        ("MJ", "1000000", "MJ", "megajoule megajoules"),
        ("cal", "4.184", "cal", "calorie calories"),
        ("kcal", "4184", "kcal", "kilocalorie kilocalories"),
        ("Wh", "3600", "Wh", ""),
        ("kWh", "3600000", "kWh kwh", ""),
        ("BTU", "1055.05585262", "BTU btu", ""),
        ("eV", "0.0000000000000000001602176634", "eV", "electronvolt electronvolts"),
    ),
    "power": (
        ("W", "1", "W", "watt watts"),
        ("kW", "1000", "kW kw", "kilowatt kilowatts"),
        ("MW", "1000000", "MW", "megawatt megawatts"),
        ("hp", "745.69987158227022", "hp", "horsepower"),
    ),
    "frequency": (
        ("Hz", "1", "Hz hz", "hertz"),
        ("kHz", "1000", "kHz", "kilohertz"),
        ("MHz", "1000000", "MHz", "megahertz"),
        ("GHz", "1000000000", "GHz", "gigahertz"),
        ("rpm", "0.01666666666666666666666666667", "rpm", ""),
    ),
    "angle": (
        ("degree", "1", "° deg", "degree degrees"),
        ("radian", "57.29577951308232087679815481", "rad", "radian radians"),
    ),
    "force": (("N", "1", "N", "newton newtons"), ("kN", "1000", "kN", "kilonewton kilonewtons")),
    "current": (
        ("A", "1", "A", "ampere amperes amp amps"),
        ("mA", "0.001", "mA", "milliampere milliamperes"),
    ),
    "voltage": (
        ("V", "1", "V", "volt volts"),
        ("kV", "1000", "kV", "kilovolt kilovolts"),
        ("mV", "0.001", "mV", ""),
    ),
    "resistance": (("ohm", "1", "Ω", "ohm ohms"), ("kohm", "1000", "kΩ", "kiloohm kiloohms")),
    "capacitance": (
        ("F_", "1", "", "farad farads"),
        ("uF", "0.000001", "µF uF μF", "microfarad microfarads"),
        ("nF", "0.000000001", "nF", ""),
        ("pF", "0.000000000001", "pF", ""),
    ),
    "inductance": (
        ("H", "1", "H", "henry henries henrys"),
        ("mH", "0.001", "mH", ""),
        ("uH", "0.000001", "µH uH", ""),
    ),
    "charge": (
        ("C_", "1", "", "coulomb coulombs"),
        ("uC", "0.000001", "µC uC", ""),
        ("nC", "0.000000001", "nC", ""),
    ),
    "amount": (("mol", "1", "mol", "mole moles"),),
    "share": (
        ("fraction", "1", "", "fraction fractions decimal"),
        ("percent", "0.01", "% pct", "percent percents percentage percentages per_cent"),
        ("permille", "0.001", "‰", ""),
    ),
    "temperature": (
        (
            "celsius",
            "1",
            "°C C c ℃",
            "celsius centigrade degree_celsius degrees_celsius degrees_c degrees_centigrade",
        ),
        ("fahrenheit", "", "°F F f ℉", "fahrenheit degree_fahrenheit degrees_fahrenheit degrees_f"),
        ("kelvin", "", "K", "kelvin kelvins degrees_kelvin"),
    ),
}

_TEMPERATURE = {
    "fahrenheit": (Decimal(5) / Decimal(9), Decimal(-160) / Decimal(9)),
    "kelvin": (Decimal(1), Decimal("-273.15")),
}


def _rows() -> Iterator[tuple[Unit, str, str]]:
    for dimension, rows in _TABLE.items():
        for name, factor, symbols, names in rows:
            scale, offset = _TEMPERATURE.get(name, (Decimal(factor or "1"), Decimal(0)))
            yield Unit(name, dimension, scale, offset), symbols, names


def _named() -> tuple[dict[str, Unit], dict[str, Unit]]:
    symbols: dict[str, Unit] = {}
    names: dict[str, Unit] = {}
    for unit, as_written, in_words in _rows():
        for symbol in as_written.split():
            symbols.setdefault(symbol, unit)
        for word in in_words.split():
            names.setdefault(word.replace("_", " "), unit)
    return symbols, names


SYMBOLS, NAMES = _named()
BY_NAME = {unit.name: unit for unit, _, _ in _rows()}


def unit_called(text: str) -> Unit | None:
    """Returns the unit with this name or symbol, or None: `km`, `Kilometres`, `degrees C`, `m/s^2`."""
    text = " ".join(text.split())
    lower = text.lower()
    found = SYMBOLS.get(text) or NAMES.get(lower) or SYMBOLS.get(lower) or BY_NAME.get(text)
    return found or NAMES.get(lower.replace("-", " "))


def convert(amount: Decimal, origin: str, target: str) -> Decimal | None:
    """Returns the amount of unit `origin` counted in `target`, or None if they do not measure the same
    thing.
    """
    if origin == target:
        return amount
    source, goal = BY_NAME.get(origin), BY_NAME.get(target)
    if source is None or goal is None or source.dimension != goal.dimension:
        return None
    base = amount * source.factor + source.offset
    return ((base - goal.offset) / goal.factor).normalize()


SIZES: dict[str, dict[str, str]] = {
    "ton": {"t": "a metric ton", "short_ton": "a short ton", "long_ton": "a long ton"},
    "gal": {"gal": "an American gallon", "imp_gal": "an imperial gallon"},
    "pt": {"pt": "an American pint", "imp_pt": "an imperial pint"},
}
"""Units whose bare word has several sizes, each with how people call it."""


def convert_all(origin: str, target: str) -> frozenset[Decimal]:
    """Returns what one of a unit can be in another one, for each size that it has."""
    if origin == target:
        return frozenset({Decimal(1)})
    found = (convert(Decimal(1), size, target) for size in SIZES.get(origin, {origin: ""}))
    return frozenset(amount for amount in found if amount is not None)


def dimension_of(unit: str) -> str | None:
    """Returns what the unit measures (`length`, `currency`, …), or None if the name is not a unit."""
    if unit in BY_NAME:
        return BY_NAME[unit].dimension
    return "currency" if len(unit) == 3 and unit.isupper() else None


DIMENSION_WORDS = {
    "temperature": "temperature", "temp": "temperature", "distance": "length", "length": "length",
    "height": "length", "width": "length", "depth": "length", "radius": "length", "diameter": "length",
    "mass": "mass", "weight": "mass", "time": "time", "duration": "time", "period": "time",
    "speed": "speed", "velocity": "speed", "acceleration": "acceleration", "area": "area",
    "volume": "volume", "pressure": "pressure", "energy": "energy", "power": "power",
    "frequency": "frequency", "angle": "angle", "force": "force", "current": "current",
    "voltage": "voltage", "resistance": "resistance", "capacitance": "capacitance",
    "inductance": "inductance", "charge": "charge", "age": "calendar",
}  # fmt: skip
"""Words for quantities, with the dimension of their units."""
