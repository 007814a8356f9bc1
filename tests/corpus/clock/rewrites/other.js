function main({ hour, minute, operation, value }) {
  const sign = { create: 0, add: 1, subtract: -1 }[operation];
  let time = (hour * 60 + minute + sign * value) % 1440;
  if (time < 0) time += 1440;
  const minutes = time % 60;
  const hours = (time - minutes) / 60;
  return [hours, minutes].map((part) => (part < 10 ? "0" : "") + part).join(":");
}
