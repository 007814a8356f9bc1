function near(a, b) {
  return Math.abs(a - b) <= 1e-10 * Math.max(Math.abs(a), Math.abs(b));
}

function prop_circumference_is_pi_diameters(input, output) {
  return near(output.circumference / output.diameter, 3.14159265358979);
}

// Archimedes: a triangle with the circumference as base and the radius as height.
function prop_area_is_half_circumference_times_radius(input, output) {
  return near(2 * output.area, output.circumference * output.radius);
}

function prop_what_was_given_comes_back(input, output) {
  if (input.radius !== undefined) return near(output.radius, input.radius) && near(output.diameter, 2 * input.radius);
  return near(output.diameter, input.diameter) && near(output.radius * 2, input.diameter);
}

function meta_radius_and_diameter_agree(input, run) {
  const { output } = run(input);
  if (output === undefined) return true;
  const other = input.radius === undefined ? { radius: input.diameter / 2 } : { diameter: input.radius * 2 };
  if (other.radius < 0.000001) return true;
  const again = run(other).output;
  return near(again.area, output.area) && near(again.circumference, output.circumference);
}

function meta_half_the_size_is_a_quarter_of_the_area(input, run) {
  const { output } = run(input);
  if (output === undefined || output.radius < 0.00001) return true;
  return near(run({ radius: output.radius / 2 }).output.area * 4, output.area);
}

function throws_one_measure(input) {
  return ["radius", "diameter"].filter((name) => name in input).length !== 1;
}
