const CHAT = "https://chat.teamroom.example/api";

function main({ channel, text }, host) {
  const target = find(host, channel);
  const sent = request(host, "POST", `/channels/${target.id}/messages`, { text });
  return { id: String(sent.message.id), sent_at: sent.message.created, length: [...sent.message.text].length };
}

function find(host, name) {
  const { channels } = request(host, "GET", "/channels");
  const found = channels.find((channel) => channel.name === name);
  if (!found) throw new Error("no_such_channel");
  return found;
}

function request(host, method, path, body) {
  const call = { method, url: CHAT + path };
  if (body !== undefined) {
    call.headers = { "content-type": "application/json" };
    call.body = JSON.stringify(body);
  }
  const reply = host.http(call);
  if (reply.status < 200 || reply.status > 299) throw new Error(`${method} ${path}: ${reply.status}`);
  return JSON.parse(reply.body);
}
