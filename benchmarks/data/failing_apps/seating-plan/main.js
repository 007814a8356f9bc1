function main({ guests, apart, seats }) {
  const rivals = new Map(guests.map((guest) => [guest, new Set()]));
  for (const [one, other] of apart) {
    if (!rivals.has(one) || !rivals.has(other)) throw new Error("unknown_guest");
    if (one === other) continue;
    rivals.get(one).add(other);
    rivals.get(other).add(one);
  }
  const order = [...guests].sort((one, other) => rivals.get(other).size - rivals.get(one).size);
  const tables = [];
  for (const guest of order) {
    const table = tables.find((row) => row.length < seats && !row.some((name) => rivals.get(guest).has(name)));
    if (table) table.push(guest);
    else tables.push([guest]);
  }
  return tables;
}
