function main({ number }) {
  if (number === 0) throw new Error("no_such_place");
  const primes = [2];
  let candidate = 3;
  while (primes.length < number) {
    let prime = true;
    for (let i = 1; primes[i] * primes[i] <= candidate; i++) {
      if (candidate % primes[i] === 0) {
        prime = false;
        break;
      }
    }
    if (prime) primes.push(candidate);
    candidate += 2;
  }
  return primes[number - 1];
}
