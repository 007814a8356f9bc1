"""Reference values for the functions of `Math`, computed to 60 digits with plain series."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal, getcontext, localcontext
from functools import cache

DIGITS = 60
Function = Callable[..., Decimal]


@cache
def pi(digits: int) -> Decimal:
    """Returns pi, computed with Machin's formula."""
    with localcontext() as context:
        context.prec = digits + 10
        return 16 * _atan_series(1 / Decimal(5)) - 4 * _atan_series(1 / Decimal(239))


def _atan_series(x: Decimal) -> Decimal:
    total, power, square, number = x, x, x * x, 1
    while True:
        power = -power * square
        number += 2
        if total + power / number == total:
            return total
        total += power / number


def sin(x: Decimal) -> Decimal:
    """Returns the sine; reduces the angle with as many digits as it needs."""
    with localcontext() as context:
        context.prec = DIGITS + 20 + max(0, x.adjusted())
        turn = 2 * pi(400)
        rest = x - turn * (x / turn).to_integral_value()
        return _sin_series(rest)


def _sin_series(x: Decimal) -> Decimal:
    total, term, number = x, x, 1
    while True:
        term = -term * x * x / ((number + 1) * (number + 2))
        number += 2
        if total + term == total:
            return total
        total += term


def cos(x: Decimal) -> Decimal:
    """Returns the cosine."""
    with localcontext() as context:
        context.prec = DIGITS + 360
        return sin(x + pi(400) / 2)


def tan(x: Decimal) -> Decimal:
    """Returns the tangent."""
    return sin(x) / cos(x)


def atan(x: Decimal) -> Decimal:
    """Returns the arc tangent, halving the angle until the series is short."""
    halvings = 0
    while abs(x) > Decimal("0.05"):
        x /= 1 + (1 + x * x).sqrt()
        halvings += 1
    return _atan_series(x) * 2**halvings if x else x


def atan2(y: Decimal, x: Decimal) -> Decimal:
    """Returns the angle of a point that is not on an axis."""
    angle = atan(y / x)
    return angle if x > 0 else angle + pi(DIGITS).copy_sign(y)


def asin(x: Decimal) -> Decimal:
    """Returns the arc sine of a number below one."""
    return atan(x / (1 - x * x).sqrt())


def acos(x: Decimal) -> Decimal:
    """Returns the arc cosine of a number below one."""
    return pi(DIGITS) / 2 - asin(x)


def expm1(x: Decimal) -> Decimal:
    """Returns e to the x, minus one."""
    return _with_extra_digits(lambda: x.exp() - 1)


def log1p(x: Decimal) -> Decimal:
    """Returns the natural logarithm of 1 + x."""
    return _with_extra_digits(lambda: (1 + x).ln())


def sinh(x: Decimal) -> Decimal:
    """Returns the hyperbolic sine."""
    return _with_extra_digits(lambda: (x.exp() - (-x).exp()) / 2)


def cosh(x: Decimal) -> Decimal:
    """Returns the hyperbolic cosine."""
    return (x.exp() + (-x).exp()) / 2


def tanh(x: Decimal) -> Decimal:
    """Returns the hyperbolic tangent."""
    return sinh(x) / cosh(x)


def asinh(x: Decimal) -> Decimal:
    """Returns the inverse of the hyperbolic sine."""
    return _with_extra_digits(lambda: (abs(x) + (x * x + 1).sqrt()).ln()).copy_sign(x)


def acosh(x: Decimal) -> Decimal:
    """Returns the inverse of the hyperbolic cosine."""
    return _with_extra_digits(lambda: (x + (x * x - 1).sqrt()).ln())


def atanh(x: Decimal) -> Decimal:
    """Returns the inverse of the hyperbolic tangent."""
    return _with_extra_digits(lambda: ((1 + x) / (1 - x)).ln() / 2)


def _with_extra_digits(compute: Callable[[], Decimal]) -> Decimal:
    """Computes with extra digits, for sums that nearly cancel."""
    with localcontext() as context:
        context.prec = 4 * DIGITS
        return compute()


def cbrt(x: Decimal) -> Decimal:
    """Returns the cube root."""
    return (abs(x).ln() / 3).exp().copy_sign(x)


def hypot(*sides: Decimal) -> Decimal:
    """Returns the length of the diagonal."""
    return sum((side * side for side in sides), Decimal()).sqrt()


def power(x: Decimal, y: Decimal) -> Decimal:
    """Returns x to the y, for positive x."""
    return (x.ln() * y).exp()


FUNCTIONS: dict[str, Function] = {
    "sin": sin, "cos": cos, "tan": tan, "asin": asin, "acos": acos, "atan": atan, "atan2": atan2,
    "sinh": sinh, "cosh": cosh, "tanh": tanh, "asinh": asinh, "acosh": acosh, "atanh": atanh,
    "exp": Decimal.exp, "expm1": expm1, "log": Decimal.ln, "log1p": log1p, "log10": Decimal.log10,
    "log2": lambda x: x.ln() / Decimal(2).ln(), "cbrt": cbrt, "hypot": hypot, "pow": power,
}  # fmt: skip


def error(name: str, arguments: tuple[float, ...], found: float) -> float:
    """Returns the error of a result in units in the last place."""
    with localcontext() as context:
        context.prec = DIGITS
        context.Emin, context.Emax = -(10**6), 10**6
        getcontext().clear_traps()
        true = FUNCTIONS[name](*map(Decimal, arguments))
        if math.isinf(found):
            return 0.0 if abs(true) >= Decimal(2) ** 1024 - Decimal(2) ** 970 else math.inf
        return float(abs(Decimal(found) - true) / Decimal(math.ulp(found)))
