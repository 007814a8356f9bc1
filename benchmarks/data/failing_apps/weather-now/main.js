const SERVICE = "https://api.skywatch.example/v1/current";

function main({ city, units }, host) {
  const { location, current } = ask(host, city.trim());
  const imperial = units === "imperial";
  const temperature = imperial ? current.temp_c * 1.8 + 32 : current.temp_c;
  const wind = imperial ? current.wind_kph / 1.609344 : current.wind_kph;
  return {
    city: location.name,
    temperature: tenths(temperature),
    wind: tenths(wind),
    summary: current.condition.text.toLowerCase(),
  };
}

function ask(host, city) {
  let answer, body;
  try {
    answer = host.http({ url: `${SERVICE}?q=${encodeURIComponent(city)}`, method: "GET" });
    body = JSON.parse(answer.body);
  } catch (error) {
    throw new Error("unavailable");
  }
  if (answer.status === 404 && body !== null && body.error === "no_such_city") throw new Error("unknown_city");
  if (answer.status !== 200 || !isWeather(body)) throw new Error("unavailable");
  return body;
}

function isWeather(body) {
  if (body === null || typeof body !== "object") return false;
  const { location, current } = body;
  return (
    isText(location?.name) &&
    isBetween(current?.temp_c, -90, 60) &&
    isBetween(current?.wind_kph, 0, 400) &&
    isText(current?.condition?.text)
  );
}

function isText(value) {
  return typeof value === "string" && value.trim() !== "" && value.length <= 80;
}

function isBetween(value, low, high) {
  return typeof value === "number" && value >= low && value <= high;
}

function tenths(number) {
  return Math.round(number * 10) / 10;
}
