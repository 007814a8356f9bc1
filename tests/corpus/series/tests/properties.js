function prop_every_piece_has_the_length(input, output) {
  return output.every((piece) => piece.length === input.sliceLength);
}

function prop_every_piece_stands_at_its_place(input, output) {
  return output.every((piece, i) => input.series.startsWith(piece, i));
}

function prop_the_last_piece_ends_the_series(input, output) {
  return output.length - 1 + input.sliceLength === input.series.length;
}

function meta_first_digits_of_the_pieces_spell_the_series(input, run) {
  const pieces = run(input).output;
  if (pieces === undefined) return true;
  return pieces.map((piece) => piece[0]).join("") + pieces[pieces.length - 1].slice(1) === input.series;
}

function throws_empty(input) {
  return input.series.length === 0;
}

function throws_zero(input) {
  return input.series.length > 0 && !input.sliceLength;
}

function throws_negative(input) {
  return input.series.length > 0 && Math.sign(input.sliceLength) < 0;
}

function throws_too_long(input) {
  return input.series.length > 0 && input.series.length - input.sliceLength < 0;
}
