function main({ sides: [a, b, c], kind }) {
  const possible = a > 0 && b > 0 && c > 0 && a + b >= c && a + c >= b && b + c >= a;
  if (!possible) return false;
  switch (kind) {
    case "equilateral":
      return a === b && b === c;
    case "isosceles":
      return a === b || b === c || a === c;
    default:
      return a !== b && b !== c && a !== c;
  }
}
