const KM_PER = { km: 1, mi: 1.609344, nmi: 1.852 };

function vector(latitude, longitude) {
  const lat = (latitude * Math.PI) / 180;
  const lon = (longitude * Math.PI) / 180;
  return [Math.cos(lat) * Math.cos(lon), Math.cos(lat) * Math.sin(lon), Math.sin(lat)];
}

// The straight line through the Earth never exceeds the way over the surface, which is at most pi/2 times as long.
function prop_between_the_chord_and_half_pi_times_it(input, output) {
  const p = vector(input.lat1, input.lon1);
  const q = vector(input.lat2, input.lon2);
  const chord = (6371.0088 / KM_PER[input.unit]) * Math.sqrt((p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2 + (p[2] - q[2]) ** 2);
  return output >= chord - 0.001 && output <= (chord * Math.PI) / 2 + 0.001;
}

// Angle between the two position vectors, by cross and dot product.
function prop_agrees_with_vectors(input, output) {
  const [a, b, c] = vector(input.lat1, input.lon1);
  const [x, y, z] = vector(input.lat2, input.lon2);
  const cross = Math.sqrt((b * z - c * y) ** 2 + (c * x - a * z) ** 2 + (a * y - b * x) ** 2);
  const distance = (6371.0088 * Math.atan2(cross, a * x + b * y + c * z)) / KM_PER[input.unit];
  // Close to opposite points the haversine loses half its digits: about 0.1 m.
  return Math.abs(output - distance) <= 0.002;
}

function prop_never_less_than_the_difference_in_latitude(input, output) {
  const degree = (6371.0088 * Math.PI) / 180 / KM_PER[input.unit];
  return output >= degree * Math.abs(input.lat1 - input.lat2) - 0.002;
}

function meta_there_is_as_far_as_back(input, run) {
  const back = run({ lat1: input.lat2, lon1: input.lon2, lat2: input.lat1, lon2: input.lon1, unit: input.unit });
  return Math.abs(back.output - run(input).output) <= 0.001001;
}

function meta_a_point_to_itself_is_zero(input, run) {
  return run({ lat1: input.lat1, lon1: input.lon1, lat2: input.lat1, lon2: input.lon1, unit: input.unit }).output === 0;
}

// To a point plus on to its antipode is half the way round.
function meta_the_opposite_point_completes_half_the_globe(input, run) {
  const lon = input.lon2 > 0 ? input.lon2 - 180 : input.lon2 + 180;
  const opposite = run({ lat1: input.lat1, lon1: input.lon1, lat2: -input.lat2, lon2: lon, unit: input.unit });
  const half = (Math.PI * 6371.0088) / KM_PER[input.unit];
  return Math.abs(run(input).output + opposite.output - half) <= 0.003;
}
