function main(input) {
  let root = Math.floor(Math.sqrt(input.radicand));
  while (root * root > input.radicand) root--;
  while ((root + 1) * (root + 1) <= input.radicand) root++;
  return root;
}
