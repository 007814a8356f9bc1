// The functions of `Math` whose last digit depends on the C library, rewritten to agree on every machine.
//
// Sums, products, quotients and square roots are rounded the same way everywhere; these functions use nothing else.
// The methods and constants are those of Sun's fdlibm (reductions, polynomials, splitting a number into two halves).
// Where fdlibm is off by more than one unit in the last place, the rounding error is carried along. Large angles are
// reduced with exact integers.
//
// The value of this script is a function of the intrinsics that the prelude captured. It may be called after an
// untrusted script has run, so it touches no property that such a script could have replaced.
"use strict";
(function ({ abs, floor, sqrt, trunc, integer, wrap, number, view, words, List }) {
  // ---- the bits of a number -----------------------------------------------------------------------------

  // `view` and `words` share the same eight bytes, low word first (little-endian)
  const top = (x) => ((view[0] = x), words[1] | 0);
  const exponent = (x) => ((top(x) >>> 20) & 0x7ff) - 1023;
  const head = (x) => ((view[0] = x), (words[0] = 0), view[0]); // x with only the upper 21 of its 53 bits
  const made = (high, low) => ((words[0] = low), (words[1] = high), view[0]);
  const withTop = (x, high) => ((view[0] = x), (words[1] = high), view[0]);
  const power = (n) => made((n + 1023) << 20, 0); // of two, -1022 <= n <= 1023

  // x times two to the n, rounded once
  function scaled(x, n) {
    if (n > 1023) return scaled(x * power(1023), n - 1023);
    if (n >= -1022) return x * power(n);
    return n < -2100 ? x * 0 : scaled(x * power(-969), n + 969);
  }

  // the rounding error of a product
  function lostIn(product, x, y) {
    const high = head(x), low = x - high, yHigh = head(y), yLow = y - yHigh;
    return high * yHigh - product + high * yLow + low * yHigh + low * yLow;
  }

  const polynomial = (coefficients, x) => {
    let sum = 0;
    for (let index = coefficients.length - 1; index >= 0; index -= 1) sum = coefficients[index] + x * sum;
    return sum;
  };

  const signed = (value, x) => (x < 0 ? -value : value);

  const LN2 = 0.6931471805599453;
  const LN2_HIGH = 6.93147180369123816490e-1, LN2_LOW = 1.90821492927058770002e-10;
  const LOG2_E = 1.44269504088896338700;
  const HALF_PI = 1.57079632679489655800, HALF_PI_LOW = 6.12323399573676603587e-17;
  const LARGEST_EXPONENT = 7.09782712893383973096e2;

  // ---- exponentials -------------------------------------------------------------------------------------

  const tailOfExp = (z) =>
    z * (1.66666666666666019037e-1 + z * (-2.77777777770155933842e-3 + z * (6.61375632143793436117e-5 +
    z * (-1.65339022054652515390e-6 + z * 4.13813679705723846039e-8))));

  function exp(x) {
    if (x !== x) return x;
    if (x > LARGEST_EXPONENT) return Infinity;
    if (x < -7.45133219101941108420e2) return 0;
    exactExp(x);
    return scaled(expHigh + expLow, expPower);
  }

  // e to the x is (expHigh + expLow) times two to the expPower
  let expHigh = 0, expLow = 0, expPower = 0;
  function exactExp(x) {
    expPower = floor(LOG2_E * x + 0.5);
    const high = x - expPower * LN2_HIGH, low = expPower * LN2_LOW, reduced = high - low;
    const c = reduced - tailOfExp(reduced * reduced);
    addToOne(high, (reduced * c) / (2 - c) - low);
  }

  function addToOne(x, low) {
    const sum = x + low;
    expHigh = 1 + sum;
    expLow = 1 - expHigh + sum + (x - sum + low);
  }

  function expm1(x) {
    if (x !== x || abs(x) < 5.5e-17) return x;
    if (x > LARGEST_EXPONENT) return Infinity;
    if (x < -38.816242) return -1;
    let k = 0, rest = x, lost = 0;
    if (abs(x) > 0.5 * LN2) {
      k = abs(x) < 1.5 * LN2 ? (x < 0 ? -1 : 1) : trunc(LOG2_E * x + (x < 0 ? -0.5 : 0.5));
      const high = x - k * LN2_HIGH, low = k * LN2_LOW;
      rest = high - low;
      lost = high - rest - low;
    }
    const half = 0.5 * rest, square = rest * half;
    const r = 1 + square * (-3.33333333333331316428e-2 + square * (1.58730158725481460165e-3 +
      square * (-7.93650757867487942473e-5 + square * (4.00821782732936239552e-6 +
      square * -2.01099218183624371326e-7))));
    const t = 3 - r * half;
    const e = square * ((r - t) / (6 - rest * t));
    if (k === 0) return rest - (rest * e - square);
    return expm1Scaled(k, rest, rest * (e - lost) - lost - square);
  }

  function expm1Scaled(k, x, e) {
    if (k === -1) return 0.5 * (x - e) - 0.5;
    if (k === 1) return x < -0.25 ? -2 * (e - (x + 0.5)) : 1 + 2 * (x - e);
    if (k < 0 || k > 56) return scaled(x - e + 1, k) - 1;
    return scaled(k < 20 ? x - e + (1 - power(-k)) : x - (e + power(-k)) + 1, k);
  }

  // ---- logarithms ---------------------------------------------------------------------------------------

  const LOG_EVEN = (z, w) =>
    z * (6.666666666666735130e-1 + w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 +
    w * 1.479819860511658591e-1)));
  const LOG_ODD = (w) =>
    w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));

  // log(1 + f) is f - half + tail, for 1 + f between sqrt(1/2) and sqrt(2) and half = f * f / 2
  function tailOfLog(f, half) {
    const s = f / (2 + f), z = s * s, w = z * z;
    return s * (half + (LOG_EVEN(z, w) + LOG_ODD(w)));
  }

  // The two parts of a positive number: [exponent, the rest between sqrt(1/2) and sqrt(2)]
  let parted = 0;
  function part(x) {
    const lift = x < 2.2250738585072014e-308 ? 54 : 0;
    const high = top(lift === 0 ? x : x * 18014398509481984) + (0x3ff00000 - 0x3fe6a09e);
    parted = (high >> 20) - 1023 - lift;
    return withTop(view[0], (high & 0xfffff) + 0x3fe6a09e);
  }

  const noLogarithm = (x) => (x === 0 ? -Infinity : x > 0 ? x : NaN);

  const log = (x) => (x > 0 && x < Infinity ? logOf(x, 0, 0) : noLogarithm(x));

  // log((x + low) * 2 to the `doublings`), where `low` is small
  function logOf(x, low, doublings) {
    const f = part(x) - 1, k = parted + doublings, half = 0.5 * f * f;
    return tailOfLog(f, half) + (k * LN2_LOW + low / x) - half + f + k * LN2_HIGH;
  }

  function log1p(x) {
    if (!(x > -1 && x < Infinity)) return x === 0 ? x : noLogarithm(1 + x);
    return abs(x) < 1.2e-16 ? x : log1pOf(x, 0);
  }

  // log(1 + x + low), where `low` is small
  function log1pOf(x, low) {
    let f = x, k = 0, lost = low / (1 + x);
    if (x < -0.2928932188134524 || x >= 0.4142135623730951) {
      const sum = 1 + x;
      f = part(sum) - 1;
      k = parted;
      if (k < 54) lost += (k >= 2 ? 1 - (sum - x) : x - (sum - 1)) / sum;
    }
    const half = 0.5 * f * f;
    return tailOfLog(f, half) + (k * LN2_LOW + lost) - half + f + k * LN2_HIGH;
  }

  function logarithm(x, factor, factorLow, unit, unitLow) {
    const f = part(x) - 1, k = parted, half = 0.5 * f * f;
    const high = head(f - half), low = f - high - half + tailOfLog(f, half);
    const major = high * factor, whole = k * unit, sum = whole + major;
    return k * unitLow + (low + high) * factorLow + low * factor + (whole - sum + major) + sum;
  }

  const log2 = (x) => (x > 0 && x < Infinity
    ? logarithm(x, 1.44269504072144627571, 1.67517131648865118353e-10, 1, 0) : noLogarithm(x));
  const log10 = (x) => (x > 0 && x < Infinity
    ? logarithm(x, 4.34294481878168880939e-1, 2.50829467116452752298e-11,
        3.01029995663611771306e-1, 3.69423907715893078616e-13) : noLogarithm(x));

  // ---- hyperbolic functions -----------------------------------------------------------------------------

  const SINH = [1 / 6, 1 / 120, 1 / 5040, 1 / 362880, 1 / 39916800, 1 / 6227020800, 1 / 1307674368000,
    1 / 355687428096000, 1 / 121645100408832000];
  const COSH = [1 / 2, 1 / 24, 1 / 720, 1 / 40320, 1 / 3628800, 1 / 479001600, 1 / 87178291200, 1 / 20922789888000,
    1 / 6402373705728000];

  // (exp(x) + sign * exp(-x)) / 2
  function halfOfExps(x, sign) {
    exactExp(x);
    const back = sign * power(expPower > 500 ? -1000 : -2 * expPower);
    const inverse = (1 / expHigh) * back, low = expLow - expLow * inverse / expHigh;
    const sum = expHigh + inverse;
    return scaled(sum + (expHigh - sum + inverse + low), expPower - 1);
  }

  function sinh(x) {
    const size = abs(x);
    if (!(size < Infinity) || size < 1.4e-8) return x;
    if (size > 711) return signed(Infinity, x);
    if (size >= 1) return signed(halfOfExps(size, -1), x);
    const z = size * size;
    return x + x * (z * polynomial(SINH, z));
  }

  function cosh(x) {
    const size = abs(x);
    if (!(size < 711)) return size === size ? Infinity : NaN;
    if (size >= 0.35) return halfOfExps(size, 1);
    const z = size * size;
    return 1 + z * polynomial(COSH, z);
  }

  function tanh(x) {
    const size = abs(x);
    if (x !== x || size < 1.4e-8) return x;
    if (size > 22) return signed(1, x);
    return signed(size < 0.55 ? smallTanh(size) : largeTanh(size), x);
  }

  // sinh / cosh, both in two parts
  function smallTanh(x) {
    const z = x * x, tail = x * (z * polynomial(SINH, z)), sine = x + tail, sineLow = x - sine + tail;
    const more = z * polynomial(COSH, z), cosine = 1 + more, cosineLow = 1 - cosine + more;
    const q = sine / cosine, product = q * cosine;
    return q + (sine - product - lostIn(product, q, cosine) + sineLow - q * cosineLow) / cosine;
  }

  // 1 - 2 / (exp(2 x) + 1)
  function largeTanh(x) {
    exactExp(2 * x);
    const unit = power(-expPower), sum = expHigh + unit, low = expHigh - sum + unit + expLow;
    const q = (2 * unit) / sum, product = q * sum, rest = (2 * unit - product - lostIn(product, q, sum) - q * low) / sum;
    const value = 1 - q;
    return value + (1 - value - q - rest);
  }

  // the rounding error of the square root of x + low
  function lostInRoot(root, x, low) {
    const square = root * root;
    return (x - square - lostIn(square, root, root) + low) / (2 * root);
  }

  function asinh(x) {
    const size = abs(x);
    if (!(size < Infinity) || size < 1.4e-8) return x;
    if (size >= 67108864) return signed(logOf(size, 0, 1), x);
    const square = size * size, sum = square + 1;
    const low = (square > 1 ? square - sum + 1 : 1 - sum + square) + lostIn(square, size, size);
    const root = sqrt(sum), rootLow = lostInRoot(root, sum, low);
    const base = size < 1 ? root - 1 : root, total = base + size;
    const lost = (base > size ? base - total + size : size - total + base) + rootLow;
    return signed(size < 1 ? log1pOf(total, lost) : logOf(total, lost, 0), x);
  }

  function acosh(x) {
    if (!(x > 1)) return x === 1 ? 0 : NaN;
    if (x >= 67108864) return x === Infinity ? x : logOf(x, 0, 1);
    const square = x * x, difference = square - 1, low = square - difference - 1 + lostIn(square, x, x);
    const root = sqrt(difference), rootLow = lostInRoot(root, difference, low);
    const base = x < 2 ? x - 1 : x, total = base + root;
    const lost = (base > root ? base - total + root : root - total + base) + rootLow;
    return x < 2 ? log1pOf(total, lost) : logOf(total, lost, 0);
  }

  function atanh(x) {
    const size = abs(x);
    if (size < 3e-9) return x;
    if (!(size < 1)) return size === 1 ? signed(Infinity, x) : NaN;
    const left = 1 - size, leftLow = 1 - left - size, q = (2 * size) / left, product = q * left;
    const rest = (2 * size - product - lostIn(product, q, left) - q * leftLow) / left;
    return signed(0.5 * log1pOf(q, rest), x);
  }

  // ---- angles: a number of quarter turns, and a remainder in two parts ------------------------------------

  const TWO_OVER_PI = integer("0x" +
    "a2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561b7246e3a424d" +
    "d2e006492eea09d1921cfe1deb1cb129a73ee88235f52ebb4484e99c7026b45f7e413991d639" +
    "835339f49c845f8bbdf9283b1ff897ffde05980fef2f118b5a0a6d1f6d367ecf27cb09b74f46" +
    "3f669e5fea2d7527bac7ebe5f17b3d0739f78a5292ea6bfb5fb11f8d5d0856033046fc7b6bab"); // times two to the 1216
  const HALF_PI_INTEGER = 0x1921fb54442d18469898cc51701b839a252049c1114cf98e8n; // times two to the 192

  let rest = 0, restLow = 0;

  // Sets the remainder, at most an eighth of a turn; returns the number of quarter turns.
  function reduce(x) {
    if (abs(x) < 0.7853981633974483) return (rest = x), (restLow = 0);
    return abs(x) < 1e6 ? reduceInSteps(x) : reduceExactly(x);
  }

  function reduceInSteps(x) {
    const turns = floor(x * 6.36619772367581382433e-1 + 0.5), size = exponent(x);
    let whole = x - turns * 1.57079632673412561417, part = turns * 6.07710050650619224932e-11;
    rest = whole - part;
    if (size - exponent(rest) > 16) {
      const before = whole, step = turns * 6.07710050630396597660e-11;
      whole = before - step;
      part = turns * 2.02226624879595063154e-21 - (before - whole - step);
      rest = whole - part;
      if (size - exponent(rest) > 49) {
        const middle = whole, last = turns * 2.02226624871116645580e-21;
        whole = middle - last;
        part = turns * 8.47842766036889956997e-32 - (middle - whole - last);
        rest = whole - part;
      }
    }
    restLow = whole - rest - part;
    return turns;
  }

  function reduceExactly(x) {
    const shift = exponent(x) - 52, mantissa = integer(abs(x) / power(shift));
    const turned = (mantissa * TWO_OVER_PI) >> integer(1216 - shift - 200); // quarter turns times two to the 200
    const turns = (turned + (1n << 199n)) >> 200n;
    const angle = ((turned - (turns << 200n)) * HALF_PI_INTEGER) >> 192n; // times two to the 200
    const high = number(angle >> 136n) * power(-64);
    const low = number(angle - (integer(high * power(64)) << 136n)) * power(-200);
    rest = high + low;
    restLow = high - rest + low;
    if (x < 0) (rest = -rest), (restLow = -restLow);
    const quarter = number(wrap(2, turns));
    return x < 0 ? -quarter : quarter;
  }

  function sineOf(x, low) {
    const z = x * x, w = z * z, v = z * x;
    const r = 8.33333333332248946124e-3 + z * (-1.98412698298579493134e-4 + z * 2.75573137070700676789e-6) +
      z * w * (-2.50507602534068634195e-8 + z * 1.58969099521155010221e-10);
    return x - (z * (0.5 * low - v * r) - low - v * -1.66666666666666324348e-1);
  }

  function cosineOf(x, low) {
    const z = x * x, w = z * z, half = 0.5 * z, near = 1 - half;
    const r = z * (4.16666666666666019037e-2 + z * (-1.38888888888741095749e-3 + z * 2.48015872894767294178e-5)) +
      w * w * (-2.75573143513906633035e-7 + z * (2.08757232129817482790e-9 + z * -1.13596475577881948265e-11));
    return near + (1 - near - half + (z * r - x * low));
  }

  function tangentOf(x, low, odd) {
    if (abs(x) < 0.67434) return smallTangent(x, low, odd);
    const size = 7.85398163397448278999e-1 - abs(x) + (3.06161699786838301793e-17 - signed(low, x));
    const r = tailOfTangent(size, 0), w = size + r, s = odd ? -1 : 1;
    return signed(s - 2 * (size + (r - (w * w) / (w + s))), x);
  }

  function smallTangent(x, low, odd) {
    const r = tailOfTangent(x, low), w = x + r;
    if (!odd) return w;
    const high = head(w), v = r - (high - x), inverse = -1 / w, first = head(inverse);
    return first + inverse * (1 + first * high + first * v);
  }

  function tailOfTangent(x, low) {
    const z = x * x, w = z * z, s = z * x;
    const r = 1.33333333333201242699e-1 + w * (2.18694882948595424599e-2 + w * (3.59207910759131235356e-3 +
      w * (5.88041240820264096874e-4 + w * (7.81794442939557092300e-5 + w * -1.85586374855275456654e-5))));
    const v = z * (5.39682539762260521377e-2 + w * (8.86323982359930005737e-3 + w * (1.45620945432529025516e-3 +
      w * (2.46463134818469906812e-4 + w * (7.14072491382608190305e-5 + w * 2.59073051863633712884e-5)))));
    return low + z * (s * (r + v) + low) + s * 3.33333333333334091986e-1;
  }

  function sin(x) {
    if (x - x !== 0) return NaN;
    if (abs(x) < 7e-9) return x;
    const turns = reduce(x), value = turns & 1 ? cosineOf(rest, restLow) : sineOf(rest, restLow);
    return turns & 2 ? -value : value;
  }

  function cos(x) {
    if (x - x !== 0) return NaN;
    const turns = reduce(x), value = turns & 1 ? sineOf(rest, restLow) : cosineOf(rest, restLow);
    return (turns + 1) & 2 ? -value : value;
  }

  function tan(x) {
    if (x - x !== 0) return NaN;
    if (abs(x) < 7e-9) return x;
    const odd = reduce(x) & 1;
    return tangentOf(rest, restLow, odd === 1);
  }

  // ---- inverse trigonometric functions ------------------------------------------------------------------

  const ATAN_HIGH = [4.63647609000806093515e-1, 7.85398163397448278999e-1, 9.82793723247329054082e-1, HALF_PI];
  const ATAN_LOW = [2.26987774529616870924e-17, 3.06161699786838301793e-17, 1.39033110312309984516e-17, HALF_PI_LOW];

  function tailOfAtan(x) {
    const z = x * x, w = z * z;
    const even = z * (3.33333333333329318027e-1 + w * (1.42857142725034663711e-1 + w * (9.09088713343650656196e-2 +
      w * (6.66107313738753120669e-2 + w * (4.97687799461593236017e-2 + w * 1.62858201153657823623e-2)))));
    const odd = w * (-1.99999999998764832476e-1 + w * (-1.11111104054623557880e-1 + w * (-7.69187620504482999495e-2 +
      w * (-5.83357013379057348645e-2 + w * -3.65315727442169155270e-2))));
    return x * (even + odd);
  }

  function atan(x) {
    const size = abs(x);
    if (x !== x || size < 7e-9) return x;
    if (size > 7.4e19) return signed(HALF_PI, x);
    const correction = correctionOfAtan(size, 0);
    return signed(atanHigh - correction, x);
  }

  // Sets the nearest known angle; returns that angle minus the arc tangent of x + low, for positive x
  let atanHigh = 0;
  function correctionOfAtan(x, low) {
    const nearest = x < 0.4375 ? -1 : x < 0.6875 ? 0 : x < 1.1875 ? 1 : x < 2.4375 ? 2 : 3;
    const t = nearest < 0 ? x : nearest === 0 ? (2 * x - 1) / (2 + x) : nearest === 1 ? (x - 1) / (x + 1)
      : nearest === 2 ? (x - 1.5) / (1 + 1.5 * x) : -1 / x;
    atanHigh = nearest < 0 ? 0 : ATAN_HIGH[nearest];
    return tailOfAtan(t) - ((nearest < 0 ? 0 : ATAN_LOW[nearest]) + low / (1 + x * x)) - t;
  }

  const isNegative = (x) => x < 0 || (x === 0 && 1 / x < 0);

  function atan2(y, x) {
    if (x !== x || y !== y) return NaN;
    const angle = angleOf(abs(y), abs(x), isNegative(x));
    return isNegative(y) ? -angle : angle;
  }

  function angleOf(y, x, left) {
    const straight = left ? 2 * HALF_PI : 0;
    if (y === 0) return straight;
    if (x === 0) return HALF_PI;
    if (y === Infinity) return x < Infinity ? HALF_PI : left ? 1.5 * HALF_PI : 0.5 * HALF_PI;
    if (x === Infinity) return straight;
    const q = y / x;
    if (q < 1e-18) return left ? straight : q;
    return q > 1e18 ? HALF_PI : angleOfQuotient(y, x, q, left);
  }

  function angleOfQuotient(y, x, q, left) {
    const shift = -exponent(x > y ? x : y), width = scaled(x, shift), product = q * width;
    const correction = correctionOfAtan(q, (scaled(y, shift) - product - lostIn(product, q, width)) / width);
    if (!left) return atanHigh - correction;
    const straight = 2 * HALF_PI, rest = straight - atanHigh;
    return rest + (straight - rest - atanHigh + 2 * HALF_PI_LOW + correction);
  }

  function tailOfAsin(z) {
    const p = z * (1.66666666666666657415e-1 + z * (-3.25565818622400915405e-1 + z * (2.01212532134862925881e-1 +
      z * (-4.00555345006794114027e-2 + z * (7.91534994289814532176e-4 + z * 3.47933107596021167570e-5)))));
    const q = 1 + z * (-2.40339491173441421878 + z * (2.02094576023350569471 +
      z * (-6.88283971605453293030e-1 + z * 7.70381505559019352791e-2)));
    return p / q;
  }

  function asin(x) {
    const size = abs(x);
    if (size < 1.4e-8) return x;
    if (size < 0.5) return x + x * tailOfAsin(x * x);
    if (!(size <= 1)) return NaN;
    const z = (1 - size) * 0.5, s = sqrt(z), r = tailOfAsin(z);
    if (size >= 0.975) return signed(HALF_PI - (2 * (s + s * r) - HALF_PI_LOW), x);
    const f = head(s), c = (z - f * f) / (s + f);
    const angle = 0.5 * HALF_PI - (2 * s * r - (HALF_PI_LOW - 2 * c) - (0.5 * HALF_PI - 2 * f));
    return signed(angle, x);
  }

  function acos(x) {
    if (!(abs(x) <= 1)) return NaN;
    if (abs(x) < 0.5) return HALF_PI - (x - (HALF_PI_LOW - x * tailOfAsin(x * x)));
    if (x === 1) return 0;
    const z = (1 - abs(x)) * 0.5, s = sqrt(z), r = tailOfAsin(z) * s;
    if (x < 0) return 2 * (HALF_PI - (s + (r - HALF_PI_LOW)));
    const f = head(s), c = (z - f * f) / (s + f);
    return 2 * (f + (r + c));
  }

  // ---- roots and powers ---------------------------------------------------------------------------------

  function cbrt(x) {
    if (x - x !== 0 || x === 0) return x;
    const size = abs(x), small = size < 2.2250738585072014e-308;
    let t = small ? made(trunc((top(size * 18014398509481984) & 0x7fffffff) / 3) + 696219795, 0)
      : made(trunc((top(size) & 0x7fffffff) / 3) + 715094163, 0);
    const r = t * t * (t / size);
    t *= 1.87595182427177009643 + r * (-1.88497979543377169875 + r * 1.621429720105354466140) +
      r * r * r * (-0.758397934778766047437 + r * 0.145996192886612446982);
    view[0] = t;
    t = made(words[1] + (words[0] >= 0x80000000 ? 1 : 0), words[0] ^ (words[0] & 0x3fffffff)); // 23 bits are enough
    const quotient = size / (t * t);
    return signed(t + t * ((quotient - t) / (t + t + quotient)), x);
  }

  function hypot(sizes, count) {
    let largest = 0, isNumber = true;
    for (let index = 0; index < count; index += 1) {
      if (sizes[index] === Infinity) return Infinity;
      if (sizes[index] !== sizes[index]) isNumber = false;
      else if (sizes[index] > largest) largest = sizes[index];
    }
    if (!isNumber) return NaN;
    if (largest === 0) return 0;
    const shift = largest < 2.2250738585072014e-308 ? -1074 : exponent(largest);
    return scaled(rootOfSquares(sizes, count, -shift), shift);
  }

  function rootOfSquares(sizes, count, shift) {
    let sum = 0, lost = 0;
    for (let index = 0; index < count; index += 1) {
      const x = scaled(sizes[index], shift), high = head(x), low = x - high;
      const square = x * x, next = sum + square;
      // the rounding errors of the square and the sum
      lost += high * high - square + 2 * high * low + low * low;
      lost += sum > square ? sum - next + square : square - next + sum;
      sum = next;
    }
    return sqrt(sum + lost);
  }

  let logHigh = 0, logLow = 0;

  // Sets the binary logarithm of a positive number, in two parts.
  function exactLog2(x) {
    const lift = x < 2.2250738585072014e-308 ? 53 : 0;
    const high = top(lift === 0 ? x : x * 9007199254740992), fraction = high & 0xfffff;
    let n = (high >> 20) - 1023 - lift, near = 0, normal = fraction | 0x3ff00000;
    if (fraction >= 0xbb67a) (n += 1), (normal -= 0x100000);
    else if (fraction > 0x3988e) near = 1;
    const a = withTop(view[0], normal), base = near === 1 ? 1.5 : 1;
    const u = a - base, v = 1 / (a + base), s = u * v, sHigh = head(s);
    const t = made(((normal >> 1) | 0x20000000) + 0x00080000 + (near << 18), 0), tLow = a - (t - base);
    const sLow = v * (u - sHigh * t - sHigh * tLow);
    combineLog2(n, near === 1, s, sHigh, sLow);
  }

  function combineLog2(n, near, s, sHigh, sLow) {
    const z = s * s, square = sHigh * sHigh;
    const r = z * z * (5.99999999999994648725e-1 + z * (4.28571428578550184252e-1 + z * (3.33333329818377432918e-1 +
      z * (2.72728123808534006489e-1 + z * (2.30660745775561754067e-1 + z * 2.06975017800338417784e-1))))) +
      sLow * (sHigh + s);
    const t = head(3 + square + r), tLow = r - (t - 3 - square);
    const u = sHigh * t, v = sLow * t + tLow * s, p = head(u + v), pLow = v - (p - u);
    const high = 9.61796700954437255859e-1 * p, offset = near ? 5.84962487220764160156e-1 : 0;
    const low = -7.02846165095275826516e-9 * p + pLow * 9.61796693925975554329e-1 +
      (near ? 1.35003920212974897128e-8 : 0);
    logHigh = head(high + low + offset + n);
    logLow = low - (logHigh - n - offset - high);
  }

  // The same for a number so close to one that three terms are enough.
  function log2NearOne(x) {
    const t = x - 1, w = t * t * (0.5 - t * (0.3333333333333333333333 - t * 0.25));
    const u = 1.44269502162933349609 * t, v = t * 1.92596299112661746887e-8 - w * LOG2_E;
    logHigh = head(u + v);
    logLow = v - (logHigh - u);
  }

  function positivePower(x, y) {
    if (abs(y) > 2147483648) {
      if (abs(x - 1) > 9.5e-7) return x < 1 === y < 0 ? Infinity : 0;
      if (abs(y) > 1.8446744073709552e19) return x === 1 ? 1 : x < 1 === y < 0 ? Infinity : 0;
      log2NearOne(x);
    } else exactLog2(x);
    const yHigh = head(y), low = (y - yHigh) * logHigh + y * logLow, high = yHigh * logHigh;
    return powerOfTwo(high, low);
  }

  function powerOfTwo(high, low) {
    const sum = high + low;
    if (sum > 1024 || (sum === 1024 && low + 8.0085662595372944372e-17 > sum - high)) return Infinity;
    if (sum < -1075 || (sum === -1075 && low <= sum - high)) return 0;
    const n = abs(sum) > 0.5 ? floor(sum + 0.5) : 0, rest = high - n;
    const t = head(low + rest), u = t * 6.93147182464599609375e-1;
    const v = (low - (t - rest)) * 6.93147180559945286227e-1 + t * -1.90465429995776804525e-9;
    const z = u + v, w = v - (z - u), c = z - tailOfExp(z * z);
    addToOne(z, (z * c) / (2 - c) + (w + z * w));
    return scaled(expHigh + expLow, n);
  }

  // Integer powers in two parts, so that common ones such as 10 to the -5 are rounded like a literal.
  function wholePower(x, y) {
    const lift = x < 2.2250738585072014e-308 ? 54 : 0, normal = lift === 0 ? x : x * 18014398509481984;
    const shift = exponent(normal);
    let left = abs(y), high = 1, low = 0, square = scaled(normal, -shift), squareLow = 0;
    for (; left > 0; left = floor(left / 2)) {
      if (left % 2 === 1) {
        const product = high * square, lost = lostIn(product, high, square) + high * squareLow + low * square;
        high = product + lost;
        low = product - high + lost;
      }
      const product = square * square, lost = lostIn(product, square, square) + 2 * square * squareLow;
      square = product + lost;
      squareLow = product - square + lost;
    }
    if (y > 0) return scaled(high + low, (shift - lift) * y);
    const q = 1 / high, product = q * high;
    return scaled(q + (1 - product - lostIn(product, q, high) - q * low) / high, (shift - lift) * y);
  }

  function pow(x, y) {
    if (y === 0) return 1;
    if (x !== x || y !== y) return NaN;
    const size = abs(x);
    if (y - y !== 0) return size === 1 ? NaN : size > 1 === y > 0 ? Infinity : 0;
    const odd = y % 2 === 1 || y % 2 === -1;
    if (size === 0 || size === Infinity) {
      const value = size === 0 === y > 0 ? 0 : Infinity;
      return odd && isNegative(x) ? -value : value;
    }
    if (x < 0 && y % 1 !== 0) return NaN;
    const value = y % 1 === 0 && abs(y) <= 512 ? wholePower(size, y) : positivePower(size, y);
    return odd && x < 0 ? -value : value;
  }

  return {
    __proto__: null, acos, acosh, asin, asinh, atan, atan2, atanh, cbrt, cos, cosh, exp, expm1, log, log10, log1p,
    log2, pow, sin, sinh, tan, tanh,
    hypot(sides) {
      const count = sides.length, sizes = new List(count);
      for (let index = 0; index < count; index += 1) sizes[index] = abs(sides[index]);
      return hypot(sizes, count);
    },
  };
});
