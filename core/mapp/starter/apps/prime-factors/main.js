// Trial division. Up to a million million, at most a third of a million divisors have to be tried.

function main({ number }) {
  const factors = [];
  let rest = number;
  for (const divisor of candidates()) {
    if (divisor * divisor > rest) break;
    while (rest % divisor === 0) {
      factors.push(divisor);
      rest /= divisor;
    }
  }
  return rest > 1 ? [...factors, rest] : factors; // what no smaller number divides is prime
}

// 2, 3 and then the numbers next to a multiple of six: every other number is divisible by 2 or 3.
function* candidates() {
  yield 2;
  yield 3;
  for (let six = 6; ; six += 6) {
    yield six - 1;
    yield six + 1;
  }
}
