function main({ size }) {
  const rows = Array.from({ length: size }, () => Array(size).fill(0));
  let [top, left, bottom, right, next] = [0, 0, size - 1, size - 1, 1];
  while (top <= bottom) {
    for (let i = left; i <= right; i++) rows[top][i] = next++;
    for (let i = top + 1; i <= bottom; i++) rows[i][right] = next++;
    for (let i = right - 1; i >= left && bottom > top; i--) rows[bottom][i] = next++;
    for (let i = bottom - 1; i > top; i--) rows[i][left] = next++;
    top++;
    left++;
    bottom--;
    right--;
  }
  return rows;
}
