const MODIFIERS = [-4, -3, -3, -2, -2, -1, -1, 0, 0, 1, 1, 2, 2, 3, 3, 4];

function main(input) {
  return MODIFIERS[input.score - 3];
}
