function prop_it_closes_after_it_opens(input, output) {
  return output.days.every((row) => row.open < row.close);
}

function prop_days_add_up_to_the_week(input, output) {
  const minutes = (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  const sum = output.days.reduce((all, row) => all + minutes(row.close) - minutes(row.open), 0);
  return Math.abs(sum / 60 - output.hours_a_week) < 0.01;
}

function prop_each_day_once_in_order(input, output) {
  const order = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
  return output.days.every((row, at) => at === 0 || order.indexOf(output.days[at - 1].day) < order.indexOf(row.day));
}
