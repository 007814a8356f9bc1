function prop_minutes_are_below_sixty(input, output) {
  return Number(output.time.slice(3, 5)) < 60;
}

function prop_twelve_hour_times_say_am_or_pm(input, output) {
  return input.clock === "24" ? output.time.length === 5 : /^(0[1-9]|1[0-2]):[0-5][0-9] [ap]m$/.test(output.time);
}

function meta_there_and_back(input, run) {
  const there = run({ ...input, clock: "24" }).output;
  return run({ time: there.time, minutes: -input.minutes, clock: "24" }).output.time === input.time;
}

function meta_a_day_more_changes_only_the_day(input, run) {
  if (input.minutes > 90000) return true;
  const later = run({ ...input, minutes: input.minutes + 1440 }).output;
  const now = run(input).output;
  return later.time === now.time && later.day === now.day + 1;
}
