// Which amounts up to the target can be made with a number of coins, widened coin by coin.
function fewest(input) {
  let reached = new Set([0]);
  const seen = new Set(reached);
  for (let count = 0; reached.size > 0; count += 1) {
    if (reached.has(input.target)) return count;
    const next = new Set();
    for (const amount of reached) {
      for (const coin of input.coins) {
        const sum = amount + coin;
        if (sum <= input.target && !seen.has(sum)) next.add(sum);
        seen.add(sum);
      }
    }
    reached = next;
  }
  return -1;
}

function prop_coins_add_up(input, output) {
  return output.reduce((sum, coin) => sum + coin, 0) === input.target;
}

function prop_coins_are_there_and_in_order(input, output) {
  return output.every((coin, i) => input.coins.includes(coin) && (i === 0 || output[i - 1] <= coin));
}

function prop_no_fewer_would_do(input, output) {
  return output.length === fewest(input);
}

function meta_the_amount_of_one_coin_is_that_coin(input, run) {
  const coin = input.coins[input.coins.length - 1];
  return JSON.stringify(run({ coins: input.coins, target: coin }).output) === JSON.stringify([coin]);
}

function throws_negative(input) {
  return input.target < 0;
}

function throws_impossible(input) {
  return input.target > 0 && fewest(input) < 0;
}
