function main({ names, winners }, host) {
  const hat = [...new Set(names.map((name) => name.trim()))].filter((name) => name !== "");
  if (hat.length < winners) throw new Error("too_few_names");
  const drawn = [];
  while (drawn.length < winners) {
    const at = Math.floor(host.random() * hat.length);
    drawn.push(hat[at]);
    hat.splice(at, 1);
  }
  return drawn;
}
