// A character and the combining marks that follow it stay in order.
function main({ value }) {
  const characters = value.match(/\P{M}\p{M}*|\p{M}+/gu) || [];
  let reversed = "";
  for (let at = characters.length - 1; at >= 0; at -= 1) {
    reversed += characters[at];
  }
  return reversed;
}
