const STATES = {
  ACC: "accepted",
  TRA: "in_transit",
  CUS: "customs",
  OFD: "out_for_delivery",
  DLV: "delivered",
  RTS: "returned",
};

function main({ code }, host) {
  const events = eventsOf(host, code);
  if (events.length === 0) throw new Error("not_scanned");
  const last = events.reduce((newest, event) => (event.time > newest.time ? event : newest));
  const hours = (host.now() - Date.parse(last.time)) / 3600000;
  return {
    state: STATES[last.type],
    place: `${last.facility.town}, ${last.facility.country}`,
    scanned: last.time,
    hours_ago: Math.max(0, Math.round(hours * 10) / 10),
    delivered: last.type === "DLV",
  };
}

function eventsOf(host, code) {
  let response;
  let body;
  try {
    response = host.http({ method: "GET", url: `https://tracking.postbox.example/v2/parcels/${code}/events` });
    if (response.status === 200) body = JSON.parse(response.body);
  } catch (error) {
    throw new Error("carrier_down");
  }
  if (response.status === 404) throw new Error("unknown_code");
  if (!body || !Array.isArray(body.events) || !body.events.every(isEvent)) throw new Error("carrier_down");
  return body.events;
}

function isEvent(event) {
  return (
    event !== null &&
    event.type in STATES &&
    !Number.isNaN(Date.parse(event.time)) &&
    typeof event.facility?.town === "string" &&
    /^[A-Z]{2}$/.test(event.facility.country)
  );
}
