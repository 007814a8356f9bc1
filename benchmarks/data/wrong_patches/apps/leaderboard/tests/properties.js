function prop_points_never_rise(input, output) {
  return output.every((row, at) => at === 0 || output[at - 1].points >= row.points);
}

function prop_the_first_has_rank_one(input, output) {
  return output.length === 0 ? input.players.length === 0 : output[0].rank === 1;
}

function prop_ranks_stay_within_the_top(input, output) {
  return output.every((row) => row.rank <= input.top);
}

function prop_every_row_is_a_player(input, output) {
  return output.every((row) => input.players.some((player) => player.name === row.name && player.points === row.points));
}
