const ANSWERS = { "false,false": "Whatever.", "true,false": "Sure.", "false,true": "Whoa, chill out!" };

function main(input) {
  const text = input.heyBob.replace(/\s/g, "");
  if (text.length === 0) return "Fine. Be that way!";
  const question = text[text.length - 1] === "?";
  const yelling = text.toUpperCase() === text && text.toLowerCase() !== text;
  return ANSWERS[[question, yelling].join()] || "Calm down, I know what I'm doing!";
}
