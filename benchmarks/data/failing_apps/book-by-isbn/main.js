const CATALOGUE = "https://catalogue.openshelf.example/search.json?isbn=";

function main({ isbn }, host) {
  const digits = isbn.replaceAll("-", "");
  if (!isValid(digits)) throw new Error("bad_isbn");
  const found = search(host, digits);
  if (found.length === 0) throw new Error("unknown_book");
  const book = found[0];
  const year = /\d{4}/.exec(book.published);
  const authors = book.authors?.map((author) => author.name);
  if (!book.title || !year || !authors?.length) throw new Error("catalogue_unusable");
  return {
    title: book.subtitle ? `${book.title}: ${book.subtitle}` : book.title,
    authors,
    year: Number(year[0]),
    pages: book.number_of_pages ?? null,
  };
}

function search(host, digits) {
  let docs;
  try {
    const answer = host.http({ method: "GET", url: CATALOGUE + digits });
    docs = answer.status === 200 ? JSON.parse(answer.body).docs : undefined;
  } catch {
    throw new Error("catalogue_unusable");
  }
  if (!Array.isArray(docs)) throw new Error("catalogue_unusable");
  return docs;
}

function isValid(digits) {
  const values = [...digits].map((digit) => (digit === "X" ? 10 : Number(digit)));
  if (values.length === 10) return values.reduce((sum, value, at) => sum + value * (10 - at), 0) % 11 === 0;
  if (values.length !== 13) return false;
  return values.reduce((sum, value, at) => sum + value * (at % 2 ? 3 : 1), 0) % 10 === 0;
}
