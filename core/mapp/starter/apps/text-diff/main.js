const MOST_PIECES = 1000;

function main(input) {
  const cut = input.by === "words" ? wordsOf : linesOf;
  const before = cut(input.before);
  const after = cut(input.after);
  if (Math.max(before.length, after.length) > MOST_PIECES) throw new Error("too_long");
  const steps = difference(before, after);
  const count = (mark) => steps.filter((step) => step.startsWith(mark)).length;
  return { added: count("+"), removed: count("-"), unchanged: count(" "), diff: steps.join("\n") };
}

function linesOf(text) {
  const lines = text.split(/\r\n|\r|\n/);
  if (lines[lines.length - 1] === "") lines.pop(); // the last line break ends a line, it does not begin one
  return lines;
}

function wordsOf(text) {
  return text.match(/\S+/g) ?? [];
}

// Walks along a longest common subsequence; of what changed in one place, the old comes before the new.
function difference(before, after) {
  const common = commonLengths(before, after);
  const steps = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      steps.push("  " + before[i]);
      i += 1;
      j += 1;
    } else if (j === after.length || (i < before.length && common[i + 1][j] >= common[i][j + 1])) {
      steps.push("- " + before[i]);
      i += 1;
    } else {
      steps.push("+ " + after[j]);
      j += 1;
    }
  }
  return steps;
}

// common[i][j]: the length of a longest common subsequence of before from i on and after from j on.
function commonLengths(before, after) {
  const common = Array.from({ length: before.length + 1 }, () => new Uint16Array(after.length + 1));
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      common[i][j] = before[i] === after[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  return common;
}
