function prop_priorities_add_up(input, output) {
  const { high, normal, low } = output.by_priority;
  return high + normal + low === output.open;
}

function prop_there_is_an_oldest_if_any_is_open(input, output) {
  return (output.oldest === null) === (output.open === 0);
}

function prop_oldest_belongs_to_the_project(input, output) {
  return output.oldest === null || output.oldest.startsWith(input.project + "-");
}
