function main(input) {
  return [...input.number.toString(2)].filter((bit) => bit === "1").length;
}
