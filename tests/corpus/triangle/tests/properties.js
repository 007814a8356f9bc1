function isTriangle([a, b, c]) {
  return Math.min(a, b, c) > 0 && a + b >= c && b + c >= a && c + a >= b;
}

function prop_only_triangles_are_of_a_kind(input, output) {
  return !output || isTriangle(input.sides);
}

function prop_pairs_of_equal_sides_tell_the_kind(input, output) {
  const [a, b, c] = input.sides;
  const pairs = (a === b) + (b === c) + (c === a);
  const wanted = { equilateral: pairs === 3, isosceles: pairs > 0, scalene: pairs === 0 }[input.kind];
  return output === (wanted && isTriangle(input.sides));
}

function meta_the_order_of_sides_does_not_matter(input, run) {
  const [a, b, c] = input.sides;
  const here = run(input).output;
  return [[b, a, c], [c, b, a], [b, c, a]].every((sides) => run({ ...input, sides }).output === here);
}

function meta_an_equal_side_makes_it_isosceles(input, run) {
  const [a] = input.sides;
  return run({ sides: [a, a, a / 2], kind: "isosceles" }).output === (a / 2 > 0);
}
