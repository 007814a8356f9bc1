function main(input) {
  const days = Math.floor(input.seconds / 86400);
  const second = input.seconds - 86400 * days;
  return `${dateOf(days)}T${timeOf(second)}Z`;
}

/** The Gregorian date that lies so many days after 1970-01-01. */
function dateOf(days) {
  // Counted from 0000-03-01, so that the leap day is the last of its year, century and cycle of 400 years.
  let rest = days + 719468;
  const cycle = Math.floor(rest / 146097);
  rest -= 146097 * cycle;
  const century = Math.min(Math.floor(rest / 36524), 3);
  rest -= 36524 * century;
  const fourYears = Math.floor(rest / 1461);
  rest -= 1461 * fourYears;
  const single = Math.min(Math.floor(rest / 365), 3);
  rest -= 365 * single;
  const marchMonth = Math.floor((5 * rest + 2) / 153);
  const day = rest - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = (marchMonth + 2) % 12 + 1;
  const year = 400 * cycle + 100 * century + 4 * fourYears + single + (month < 3 ? 1 : 0);
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
}

function timeOf(second) {
  const parts = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60];
  return parts.map((part) => digits(part, 2)).join(":");
}

function digits(value, width) {
  return String(value).padStart(width, "0");
}
