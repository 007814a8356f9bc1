const DIRECTIONS = [[0, 1], [1, 0], [1, 1], [1, -1], [0, -1], [-1, 0], [-1, -1], [-1, 1]];

function prop_walking_in_some_direction_meets_the_other(input, output) {
  const met = DIRECTIONS.some(([down, right]) =>
    [1, 2, 3, 4, 5, 6, 7].some((far) =>
      input.white.row + far * down === input.black.row && input.white.column + far * right === input.black.column));
  return met === output;
}

function meta_attack_is_mutual(input, run) {
  return run({ white: input.black, black: input.white }).output === run(input).output;
}

function meta_a_mirrored_board_is_the_same(input, run) {
  const mirror = ({ row, column }) => ({ row: 7 - row, column });
  return run({ white: mirror(input.white), black: mirror(input.black) }).output === run(input).output;
}

function meta_a_turned_board_is_the_same(input, run) {
  const turn = ({ row, column }) => ({ row: column, column: row });
  return run({ white: turn(input.white), black: turn(input.black) }).output === run(input).output;
}

function throws_same_square(input) {
  return JSON.stringify([input.white.row, input.white.column]) === JSON.stringify([input.black.row, input.black.column]);
}
