function near(a, b) {
  return Math.abs(a - b) <= 1e-10 * Math.max(Math.abs(a), Math.abs(b));
}

function prop_area_divided_by_one_side_is_the_other(input, output) {
  return near(output.area / input.width, input.height);
}

function prop_pythagoras(input, output) {
  return near(output.diagonal ** 2, input.width ** 2 + input.height ** 2);
}

// (w + h)^2 = w^2 + h^2 + 2wh ties the three results together.
function prop_half_perimeter_squared(input, output) {
  return near((output.perimeter / 2) ** 2, output.diagonal ** 2 + 2 * output.area);
}

function meta_turning_it_changes_nothing(input, run) {
  const turned = run({ width: input.height, height: input.width }).output;
  return JSON.stringify(turned) === JSON.stringify(run(input).output);
}

function meta_two_halves_make_the_area(input, run) {
  if (input.width < 0.00001) return true;
  const half = run({ width: input.width / 2, height: input.height }).output;
  return near(2 * half.area, run(input).output.area);
}
