function main(input) {
  const comparison = compareVersions(parsed(input.a), parsed(input.b));
  return {
    order: ["older", "same", "newer"][comparison + 1],
    newest: comparison < 0 ? input.b : input.a,
  };
}

/** Takes a version apart; what follows a plus sign, the build metadata, has no say in precedence. */
function parsed(version) {
  const [meaningful] = version.replace(/^v/, "").split("+");
  const dash = meaningful.indexOf("-");
  const core = dash < 0 ? meaningful : meaningful.slice(0, dash);
  return { core: core.split("."), preRelease: dash < 0 ? [] : meaningful.slice(dash + 1).split(".") };
}

/** -1, 0 or 1, as section 11 of the standard has it. */
function compareVersions(a, b) {
  const core = firstDifference(a.core, b.core);
  if (core !== 0) return core;
  // A version without a pre-release comes after all of its pre-releases.
  if (a.preRelease.length === 0 || b.preRelease.length === 0) {
    return Math.sign(b.preRelease.length - a.preRelease.length);
  }
  return firstDifference(a.preRelease, b.preRelease);
}

function firstDifference(left, right) {
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = compareIdentifiers(left[i], right[i]);
    if (order !== 0) return order;
  }
  return Math.sign(left.length - right.length);
}

function compareIdentifiers(left, right) {
  const [leftIsNumber, rightIsNumber] = [left, right].map((text) => /^[0-9]+$/.test(text));
  if (leftIsNumber !== rightIsNumber) return leftIsNumber ? -1 : 1;
  // Numbers have no leading zeros, so the longer is the larger, however many digits they have.
  if (leftIsNumber && left.length !== right.length) return Math.sign(left.length - right.length);
  return left < right ? -1 : left > right ? 1 : 0;
}
