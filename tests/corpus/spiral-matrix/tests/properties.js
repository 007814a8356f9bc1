function places(rows) {
  const found = new Map();
  rows.forEach((cells, row) => cells.forEach((number, column) => found.set(number, [row, column])));
  return found;
}

function prop_a_square_of_all_the_numbers(input, output) {
  const square = output.length === input.size && output.every((cells) => cells.length === input.size);
  return square && places(output).size === input.size ** 2;
}

function prop_each_number_is_next_to_the_one_before(input, output) {
  const found = places(output);
  for (let number = 2; number <= input.size ** 2; number += 1) {
    const [row, column] = found.get(number);
    const [oldRow, oldColumn] = found.get(number - 1);
    if (Math.abs(row - oldRow) + Math.abs(column - oldColumn) !== 1) return false;
  }
  return true;
}

function prop_the_first_row_counts_up(input, output) {
  return input.size === 0 || output[0].every((number, i) => number === i + 1);
}

function prop_rings_lie_within_each_other(input, output) {
  const ring = (row, column) => Math.min(row, column, input.size - 1 - row, input.size - 1 - column);
  const ordered = [...places(output)].sort((one, other) => one[0] - other[0]).map(([, place]) => ring(...place));
  return ordered.every((depth, i) => i === 0 || depth >= ordered[i - 1]);
}

function meta_the_inside_is_the_smaller_square(input, run) {
  if (input.size < 3) return true;
  const outer = 4 * (input.size - 1);
  const inside = run(input).output.slice(1, -1).map((cells) => cells.slice(1, -1).map((number) => number - outer));
  return JSON.stringify(inside) === JSON.stringify(run({ size: input.size - 2 }).output);
}
