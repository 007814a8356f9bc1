const NAMES = { 1: "high", 2: "high", 3: "normal", 4: "low", 5: "low" };

function main({ project }, host) {
  const tickets = [];
  for (let page = 1; page !== null && tickets.length < 1000; ) {
    const body = pageOf(host, project, page);
    tickets.push(...body.items);
    page = body.next_page;
  }
  const open = tickets.filter((ticket) => ticket.state === "open");
  const by_priority = { high: 0, normal: 0, low: 0 };
  for (const ticket of open) by_priority[NAMES[ticket.priority]] += 1;
  open.sort((one, other) => Date.parse(one.created) - Date.parse(other.created));
  return { open: open.length, by_priority, oldest: open.length ? open[0].key : null };
}

function pageOf(host, project, page) {
  try {
    const url = `https://tracker.worklist.example/api/issues?project=${project}&page=${page}`;
    const reply = host.http({ url });
    if (reply.status === 404) throw new Error("no_such_project");
    if (reply.status !== 200) throw new Error("tracker_failed");
    const body = JSON.parse(reply.body);
    const isNext = body.next_page === null || body.next_page === page + 1;
    if (!isNext || !body.items.every((ticket) => isTicket(ticket, project))) throw new Error("tracker_failed");
    return body;
  } catch (error) {
    throw new Error(error.message === "no_such_project" ? "no_such_project" : "tracker_failed");
  }
}

function isTicket(ticket, project) {
  return (
    ticket.key.startsWith(`${project}-`) &&
    (ticket.state === "open" || ticket.state === "closed") &&
    ticket.priority in NAMES &&
    !Number.isNaN(Date.parse(ticket.created))
  );
}
