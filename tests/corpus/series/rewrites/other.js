function main({ series, sliceLength }) {
  if (series.length === 0) throw new Error("empty");
  if (sliceLength === 0) throw new Error("zero");
  if (sliceLength < 0) throw new Error("negative");
  const count = series.length - sliceLength + 1;
  if (count < 1) throw new Error("too_long");
  return Array.from({ length: count }, (_, start) => series.substr(start, sliceLength));
}
