function main(input) {
  const text = input.value.split(" ").join("");
  if (!/^[0-9][0-9]+$/.test(text)) return false;
  const parity = text.length % 2;
  const total = [...text].reduce((sum, c, i) => {
    const n = (i % 2 === parity ? 2 : 1) * Number(c);
    return sum + Math.floor(n / 10) + (n % 10);
  }, 0);
  return total % 10 === 0;
}
