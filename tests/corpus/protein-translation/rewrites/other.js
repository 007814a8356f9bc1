const ACIDS = new Map([
  ["AUG", "Methionine"],
  ["UUU", "Phenylalanine"], ["UUC", "Phenylalanine"],
  ["UUA", "Leucine"], ["UUG", "Leucine"],
  ["UCU", "Serine"], ["UCC", "Serine"], ["UCA", "Serine"], ["UCG", "Serine"],
  ["UAU", "Tyrosine"], ["UAC", "Tyrosine"],
  ["UGU", "Cysteine"], ["UGC", "Cysteine"],
  ["UGG", "Tryptophan"],
]);

function main(input) {
  let strand = input.strand;
  const acids = [];
  while (strand.length > 0 && !/^(UAA|UAG|UGA)/.test(strand)) {
    const acid = ACIDS.get(strand.substring(0, 3));
    if (acid === undefined) throw new Error("invalid_codon");
    acids[acids.length] = acid;
    strand = strand.substring(3);
  }
  return acids;
}
