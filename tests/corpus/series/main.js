function main({ series, sliceLength }) {
  if (series === "") throw Error("empty");
  if (sliceLength === 0) throw Error("zero");
  if (sliceLength < 0) throw Error("negative");
  if (sliceLength > series.length) throw Error("too_long");
  const slices = [];
  for (let start = 0; start <= series.length - sliceLength; start += 1) {
    slices.push(series.slice(start, start + sliceLength));
  }
  return slices;
}
