const EARTH_RADIUS_KM = 6371.0088;
const KM_PER = { km: 1, mi: 1.609344, nmi: 1.852 };

function radians(degrees) {
  return (degrees * Math.PI) / 180;
}

// sin^2 of half an angle: unlike the cosine it keeps its digits for points close together.
function haversine(angle) {
  return Math.sin(angle / 2) ** 2;
}

function centralAngle(lat1, lon1, lat2, lon2) {
  const h = haversine(lat2 - lat1) + Math.cos(lat1) * Math.cos(lat2) * haversine(lon2 - lon1);
  // Rounding can carry h past 1 for opposite points.
  return 2 * Math.asin(Math.sqrt(Math.min(1, h)));
}

function main(input, host) {
  const { lat1, lon1, lat2, lon2, unit } = input;
  const angle = centralAngle(radians(lat1), radians(lon1), radians(lat2), radians(lon2));
  const distance = (EARTH_RADIUS_KM * angle) / KM_PER[unit];
  return Math.round(distance * 1000) / 1000;
}
