function main({ white, black }) {
  const rows = Math.abs(white.row - black.row);
  const columns = Math.abs(white.column - black.column);
  if (rows === 0 && columns === 0) throw Error("same_square");
  return rows === 0 || columns === 0 || rows === columns;
}
