function main({ radicand }) {
  let low = 0;
  let high = 31623;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (middle * middle <= radicand) low = middle;
    else high = middle;
  }
  return low;
}
