function main({ coins, target }) {
  if (target < 0) throw new Error("negative");
  const ways = new Map([[0, []]]);
  for (let sum = 1; sum <= target; sum++) {
    let found = null;
    coins.forEach((coin) => {
      const before = ways.get(sum - coin);
      if (before && (!found || before.length + 1 < found.length)) found = [...before, coin];
    });
    if (found) ways.set(sum, found);
  }
  if (!ways.has(target)) throw new Error("impossible");
  return [...ways.get(target)].sort((x, y) => x - y);
}
