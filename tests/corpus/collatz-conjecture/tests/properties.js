function next(number) {
  return number % 2 ? number * 3 + 1 : number / 2;
}

function prop_after_so_many_steps_it_is_one(input, output) {
  let number = input.number;
  for (let i = 0; i < output; i += 1) {
    if (number === 1) return false;
    number = next(number);
  }
  return number === 1;
}

function meta_twice_the_number_takes_one_step_more(input, run) {
  if (input.number < 1 || input.number > 500000) return true;
  return run({ number: input.number * 2 }).output === run(input).output + 1;
}

function meta_the_next_number_takes_one_step_less(input, run) {
  if (input.number < 2 || next(input.number) > 1000000) return true;
  return run({ number: next(input.number) }).output === run(input).output - 1;
}

function throws_not_positive(input) {
  return input.number < 1;
}
