function main({ size }) {
  const rows = Array.from({ length: size }, () => new Array(size).fill(0));
  let row = 0;
  let column = -1;
  let down = 0;
  let right = 1;
  for (let number = 1; number <= size * size; number += 1) {
    const nextRow = row + down;
    const nextColumn = column + right;
    if (nextRow >= size || nextColumn >= size || nextColumn < 0 || rows[nextRow][nextColumn] > 0) {
      [down, right] = [right, -down];
    }
    row += down;
    column += right;
    rows[row][column] = number;
  }
  return rows;
}
