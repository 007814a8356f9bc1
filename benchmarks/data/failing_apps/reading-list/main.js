function main({ action, title }, host) {
  const list = host.store.get("articles") ?? [];
  const wanted = title.trim();
  if (action !== "show" && wanted === "") throw new Error("no_title");
  if (action === "add") {
    if (!list.includes(wanted)) list.push(wanted);
  } else if (action === "done") {
    const at = list.indexOf(wanted);
    if (at < 0) throw new Error("not_listed");
    list.splice(at, 1);
  }
  if (action !== "show") host.store.set("articles", list);
  return { left: list.length, next: list.length > 0 ? list[0] : null };
}
