function prop_no_rate_no_pay(input, output) {
  return input.rate !== 0 || output.pay === 0;
}

function prop_at_most_a_day_is_worked(input, output) {
  const [hours, minutes] = output.worked.split(":").map(Number);
  return hours * 60 + minutes + input.pause <= 24 * 60;
}

function prop_a_workday_pays_at_least_the_rate(input, output) {
  const [hours, minutes] = output.worked.split(":").map(Number);
  return output.pay >= (hours + minutes / 60) * input.rate - 0.25;
}

function meta_sunday_pays_most(input, run) {
  const sunday = run({ ...input, day: "sunday" });
  return sunday.error !== undefined || sunday.output.pay >= run(input).output.pay;
}
