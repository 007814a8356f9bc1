function points(text) {
  return Array.from(text);
}

function prop_between_the_difference_and_the_longer_length(input, output) {
  const a = points(input.a).length;
  const b = points(input.b).length;
  return output >= Math.abs(a - b) && output <= Math.max(a, b);
}

function prop_zero_for_equal_texts_only(input, output) {
  return (output === 0) === (input.a === input.b);
}

function prop_agrees_with_the_definition_on_short_texts(input, output) {
  const a = points(input.a);
  const b = points(input.b);
  if (a.length * b.length > 400) return true;
  const memo = new Map();
  const distance = (i, j) => {
    if (i === a.length || j === b.length) return a.length - i + (b.length - j);
    const key = i * 1001 + j;
    if (!memo.has(key)) {
      memo.set(key, a[i] === b[j] ? distance(i + 1, j + 1) : 1 + Math.min(distance(i + 1, j), distance(i, j + 1), distance(i + 1, j + 1)));
    }
    return memo.get(key);
  };
  return distance(0, 0) === output;
}

function meta_symmetric(input, run) {
  return run(input).output === run({ a: input.b, b: input.a }).output;
}

function meta_triangle_inequality(input, run) {
  const c = points(input.a).reverse().join("");
  return run(input).output <= run({ a: input.a, b: c }).output + run({ a: c, b: input.b }).output;
}

function meta_a_common_beginning_costs_nothing(input, run) {
  if (points(input.a).length > 990 || points(input.b).length > 990) return true;
  return run({ a: "xyz" + input.a, b: "xyz" + input.b }).output === run(input).output;
}
