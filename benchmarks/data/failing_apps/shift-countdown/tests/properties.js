function prop_weekends_are_skipped(input, output) {
  return !input.skip_weekends || (output.day !== "Sat" && output.day !== "Sun");
}

function prop_every_day_has_a_shift_otherwise(input, output) {
  return input.skip_weekends || output.hours < 24 || (output.hours === 24 && output.minutes === 0);
}
