// best[amount] is the number of coins that it takes; last[amount] is one of them.
function main({ coins, target }) {
  if (target < 0) throw Error("negative");
  const best = [0];
  const last = [0];
  for (let amount = 1; amount <= target; amount += 1) {
    best[amount] = Infinity;
    for (const coin of coins) {
      if (coin <= amount && best[amount - coin] + 1 < best[amount]) {
        best[amount] = best[amount - coin] + 1;
        last[amount] = coin;
      }
    }
  }
  if (best[target] === Infinity) throw Error("impossible");
  const chosen = [];
  let rest = target;
  while (rest > 0) {
    chosen.push(last[rest]);
    rest -= last[rest];
  }
  return chosen.sort((one, other) => one - other);
}
