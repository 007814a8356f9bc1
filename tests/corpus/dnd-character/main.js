function main({ score }) {
  return Math.floor((score - 10) / 2);
}
