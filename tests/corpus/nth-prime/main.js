// Primes are dense enough: the one at place n is below n * (ln n + ln ln n), from place 6 on.
function bound(place) {
  if (place < 6) return 13;
  return Math.ceil(place * (Math.log(place) + Math.log(Math.log(place))));
}

function main({ number }) {
  if (number < 1) throw Error("no_such_place");
  const limit = bound(number);
  const composite = new Uint8Array(limit + 1);
  let found = 0;
  for (let candidate = 2; candidate <= limit; candidate += 1) {
    if (composite[candidate]) continue;
    found += 1;
    if (found === number) return candidate;
    for (let multiple = candidate * candidate; multiple <= limit; multiple += candidate) {
      composite[multiple] = 1;
    }
  }
  throw Error("unreachable");
}
