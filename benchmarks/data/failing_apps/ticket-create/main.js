const PRIORITIES = { low: 4, normal: 3, high: 1 };

function main({ project, title, priority }, host) {
  const reply = host.http({
    method: "POST",
    url: "https://tracker.worklist.example/api/issues",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ project, fields: { summary: title.trim(), priority: PRIORITIES[priority] } }),
  });
  if (reply.status === 422) throw new Error("no_such_project");
  if (reply.status !== 201) throw new Error("the tracker refused: " + reply.status);
  const issue = JSON.parse(reply.body);
  return { ticket: issue.key, url: issue.links.html };
}
