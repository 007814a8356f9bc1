function main(input) {
  return Array.from(input.phrase).slice(0, 5).join("");
}
