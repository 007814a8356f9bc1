function main({ lines }) {
  const columns = [];
  for (let row = 0; row < lines.length; row += 1) {
    for (let column = 0; column < lines[row].length; column += 1) {
      const above = columns[column] || "";
      columns[column] = above.padEnd(row, " ") + lines[row][column];
    }
  }
  return columns;
}
