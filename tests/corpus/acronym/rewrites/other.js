function main(input) {
  const words = input.phrase.split("'").join("").split(/[^A-Za-z]/);
  return words.filter((word) => word.length > 0).map((word) => word.charAt(0).toUpperCase()).join("");
}
