function minutes(time) {
  const [hour, minute] = time.split(":").map(Number);
  return hour * 60 + minute;
}

function prop_the_time_differs_by_whole_days(input, output) {
  const moved = { create: 0, add: input.value, subtract: -input.value }[input.operation];
  return (input.hour * 60 + input.minute + moved - minutes(output)) % 1440 === 0;
}

function meta_a_day_later_it_is_the_same_time(input, run) {
  if (input.hour > 270) return true;
  return run({ ...input, hour: input.hour + 24 }).output === run(input).output;
}

function meta_back_and_forth(input, run) {
  const [hour, minute] = run({ ...input, operation: "add" }).output.split(":").map(Number);
  const back = run({ ...input, hour, minute, operation: "subtract" }).output;
  return back === run({ ...input, operation: "create" }).output;
}

function meta_an_hour_is_sixty_minutes(input, run) {
  if (input.hour > 290 || input.minute > 9000) return true;
  const later = run({ ...input, hour: input.hour + 1 }).output;
  return run({ ...input, minute: input.minute + 60 }).output === later;
}
