function prop_everyone_has_one_seat(input, output) {
  const seated = output.flat();
  return seated.length === input.guests.length && new Set(seated).size === seated.length;
}

function prop_no_table_is_too_full(input, output) {
  return output.every((table) => table.length <= input.seats);
}

function prop_rivals_sit_apart(input, output) {
  return input.apart.every(([one, other]) => one === other || !output.some((table) => table.includes(one) && table.includes(other)));
}
