const LONGEST = 5;

function main({ phrase }) {
  let post = "";
  let count = 0;
  for (const character of phrase) {
    if (count === LONGEST) break;
    post += character;
    count += 1;
  }
  return post;
}
