function main(input) {
  const parts = input.value.match(/\P{M}\p{M}*|\p{M}+/gu);
  return parts === null ? "" : parts.reverse().join("");
}
