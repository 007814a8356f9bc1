function main({ sides, kind }) {
  const [short, middle, long] = [...sides].sort((one, other) => one - other);
  if (short <= 0 || short + middle < long) return false;
  const kinds = new Set(sides).size;
  if (kind === "equilateral") return kinds === 1;
  return kind === "isosceles" ? kinds <= 2 : kinds === 3;
}
