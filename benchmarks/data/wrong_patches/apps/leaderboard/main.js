function main({ players, top }) {
  const sorted = [...players].sort((a, b) => b.points - a.points);
  const ranked = [];
  for (const [at, player] of sorted.entries()) {
    const before = ranked[at - 1];
    const rank = before !== undefined && before.points === player.points ? before.rank : at + 1;
    ranked.push({ rank, name: player.name, points: player.points });
  }
  return ranked.filter((row) => row.rank <= top);
}
