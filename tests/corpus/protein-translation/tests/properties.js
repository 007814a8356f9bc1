const KNOWN = /^(AUG|UU[UCAG]|UC[UCAG]|UA[UC]|UG[UCG])*(UAA|UAG|UGA|$)/;

function prop_at_most_one_acid_for_three_letters(input, output) {
  return output.length <= input.strand.length / 3;
}

function prop_it_ends_at_the_first_stop(input, output) {
  const codons = input.strand.match(/.../g) || [];
  const stop = codons.findIndex((codon) => ["UAA", "UAG", "UGA"].includes(codon));
  return output.length === (stop < 0 ? codons.length : stop);
}

function prop_each_acid_agrees_with_its_codon(input, output) {
  const forms = {
    Methionine: /^AUG/, Phenylalanine: /^UU[UC]/, Leucine: /^UU[AG]/, Serine: /^UC/,
    Tyrosine: /^UA[UC]/, Cysteine: /^UG[UC]/, Tryptophan: /^UGG/,
  };
  return output.every((acid, i) => forms[acid].test(input.strand.slice(3 * i)));
}

function meta_what_follows_a_stop_does_not_matter(input, run) {
  if (input.strand.length > 50 || input.strand.length % 3 !== 0) return true;
  const all = run({ strand: input.strand + "UAGXYZ" });
  const there = run(input);
  return JSON.stringify(all) === JSON.stringify(there);
}

function throws_invalid_codon(input) {
  return !KNOWN.test(input.strand);
}
