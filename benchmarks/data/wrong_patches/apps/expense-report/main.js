function main({ expenses, merge_below }) {
  const sums = new Map();
  let total = 0;
  for (const { category, amount } of expenses) {
    const name = category.trim().toLowerCase() || "(none)";
    const cents = Math.round(amount * 100);
    sums.set(name, (sums.get(name) ?? 0) + cents);
    total += cents;
  }
  const all = [...sums].map(([category, cents]) => ({ category, cents }));
  const rows = merged(all, (cents) => cents * 100 < merge_below * total);
  return { total: total / 100, rows: rows.map(({ category, cents }) => row(category, cents, total)) };
}

function merged(all, isSmall) {
  const sorted = all.sort((a, b) => b.cents - a.cents);
  const small = sorted.filter(({ cents }) => isSmall(cents));
  if (small.length < 2) return sorted;
  const cents = small.reduce((sum, one) => sum + one.cents, 0);
  return [...sorted.filter((one) => !isSmall(one.cents)), { category: "(small)", cents }];
}

function row(category, cents, total) {
  const share = total === 0 ? 0 : Math.round((cents * 1000) / total) / 10;
  return { category, amount: cents / 100, share };
}
