function main({ heyBob }) {
  const said = heyBob.trim();
  if (said === "") return "Fine. Be that way!";
  const asked = said.endsWith("?");
  const shouted = /[A-Z]/.test(said) && !/[a-z]/.test(said);
  if (asked && shouted) return "Calm down, I know what I'm doing!";
  if (asked) return "Sure.";
  return shouted ? "Whoa, chill out!" : "Whatever.";
}
