const DAY = 24 * 60;

function main({ time, minutes, clock }) {
  const [hours, rest] = time.split(":").map(Number);
  const total = hours * 60 + rest + minutes;
  const day = Math.floor(total / DAY);
  const left = total - day * DAY;
  return { time: written(Math.floor(left / 60), left % 60, clock), day };
}

function written(hour, minute, clock) {
  if (clock === "24") return `${two(hour)}:${two(minute)}`;
  const half = hour < 12 ? "am" : "pm";
  return `${two(hour % 12 === 0 ? 12 : hour % 12)}:${two(minute)} ${half}`;
}

function two(number) {
  return String(number).padStart(2, "0");
}
