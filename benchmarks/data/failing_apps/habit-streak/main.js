function main({ habit }, host) {
  const today = new Date(host.now()).toISOString().slice(0, 10);
  const key = "habit:" + habit.trim().toLowerCase().slice(0, 60);
  const days = host.store.get(key) || [];
  if (days[days.length - 1] !== today) days.push(today);
  host.store.set(key, days.slice(-3650));
  let run = 1;
  let best = 1;
  for (let at = 1; at < days.length; at += 1) {
    run = next(days[at - 1]) === days[at] ? run + 1 : 1;
    best = Math.max(best, run);
  }
  return { streak: run, best, today };
}

function next(day) {
  return new Date(Date.parse(day) + 86400000).toISOString().slice(0, 10);
}
