function main({ white, black }) {
  const down = black.row - white.row;
  const right = black.column - white.column;
  if (down * down + right * right === 0) throw new Error("same_square");
  return down * right * (down - right) * (down + right) === 0;
}
