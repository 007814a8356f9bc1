function prop_nobody_wins_twice(input, output) {
  return new Set(output).size === output.length;
}

function prop_as_many_winners_as_asked_for(input, output) {
  return output.length === input.winners;
}

function prop_winners_take_part(input, output) {
  const names = input.names.map((name) => name.trim());
  return output.every((name) => names.includes(name));
}
