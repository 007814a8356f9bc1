const CODONS = {
  Methionine: ["AUG"],
  Phenylalanine: ["UUU", "UUC"],
  Leucine: ["UUA", "UUG"],
  Serine: ["UCU", "UCC", "UCA", "UCG"],
  Tyrosine: ["UAU", "UAC"],
  Cysteine: ["UGU", "UGC"],
  Tryptophan: ["UGG"],
  STOP: ["UAA", "UAG", "UGA"],
};

function acidOf(codon) {
  for (const [acid, codons] of Object.entries(CODONS)) {
    if (codons.includes(codon)) return acid;
  }
  throw Error("invalid_codon");
}

function main({ strand }) {
  const protein = [];
  for (let at = 0; at < strand.length; at += 3) {
    const acid = acidOf(strand.slice(at, at + 3));
    if (acid === "STOP") break;
    protein.push(acid);
  }
  return protein;
}
