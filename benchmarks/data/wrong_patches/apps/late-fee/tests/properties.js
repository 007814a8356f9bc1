const CAPS = { book: 10, film: 20, game: 40 };

function prop_fee_stays_within_the_cap(input, output) {
  return output.fee >= 0 && output.fee <= CAPS[input.item];
}

function prop_in_time_is_free(input, output) {
  return input.returned > input.due || (output.fee === 0 && output.days_late === 0);
}

function prop_two_days_are_free(input, output) {
  return output.days_late > 2 || output.fee === 0;
}

function meta_a_game_costs_at_least_as_much_as_a_book(input, run) {
  return run({ ...input, item: "game" }).output.fee >= run({ ...input, item: "book" }).output.fee;
}
