// A backtracking matcher of its own, because the engine's cannot be stopped: "(a+)+$" on thirty letters a would run
// for minutes. Here every step is counted. The engine still decides whether a pattern is valid, and what a single
// character or class matches. The machine follows R. Cox, "Regular expression matching: the virtual machine
// approach", with the rules of ECMA-262 for groups in loops, empty iterations and lookbehind.

const MOST_GROUPS = 20;
const MOST_INSTRUCTIONS = 2000;
const MOST_STEPS = 1000000;
const MOST_PENDING = 900000;
const MOST_LISTED = 100;
const MOST_CAPTURED = 100000;

function main(input) {
  const flags = input.compare === "ignore_case" ? "iu" : "u";
  const program = compiled(parsed(input.pattern, flags), flags);
  const matches = allMatches(program, [...input.text]);
  const listed = matches.slice(0, MOST_LISTED);
  const captured = listed.flatMap((match) => [match.text, ...match.groups]).reduce((sum, s) => sum + (s ?? "").length, 0);
  if (captured > MOST_CAPTURED) throw new Error("too_much");
  return { matched: matches.length > 0, count: matches.length, matches: listed };
}

// ---- Pattern to tree. The pattern is known to be valid, so that the parser need not look for mistakes.

const QUANTIFIER = /(?:([*+?])|\{(\d+)(,)?(\d*)\})(\??)/uy;
const LOOK = /\(\?(<?)([=!])/uy;
const GROUP = /\((\?:|\?<([^=!>][^>]*)>|(?!\?))/uy;
const EDGE = /[\^$]|\\[bB]/uy;
const REFERENCE = /\\(?:([1-9]\d*)|k<([^>]*)>)/uy;
const HEX = "[0-9A-Fa-f]";
const SET = new RegExp(
  `\\[(?:\\\\[^]|[^\\]\\\\])*\\]|\\\\(?:[pP]\\{[^}]*\\}|u\\{[^}]*\\}|u[dD][89abAB]${HEX}{2}\\\\u[dD][c-fC-F]${HEX}{2}` +
    `|u${HEX}{4}|x${HEX}{2}|c[A-Za-z]|[^])|[^()|]`,
  "uy",
);

function parsed(pattern, flags) {
  checkSyntax(pattern, flags);
  const names = new Map();
  let at = 0;
  let groups = 0;

  function taken(token) {
    token.lastIndex = at;
    const found = token.exec(pattern);
    if (found !== null) at = token.lastIndex;
    return found;
  }

  function alternatives() {
    const branches = [sequence()];
    while (pattern[at] === "|") {
      at += 1;
      branches.push(sequence());
    }
    return { kind: "either", branches };
  }

  function sequence() {
    const terms = [];
    while (at < pattern.length && pattern[at] !== "|" && pattern[at] !== ")") terms.push(term());
    return { kind: "sequence", terms };
  }

  function term() {
    const before = groups;
    const body = atom();
    const found = taken(QUANTIFIER);
    if (found === null) return body;
    const [, sign, low, comma, high, lazy] = found;
    const least = sign === undefined ? Number(low) : sign === "+" ? 1 : 0;
    const most = sign === undefined ? (comma === undefined ? least : Number(high || Infinity)) : sign === "?" ? 1 : Infinity;
    return { kind: "repeat", body, least, most, lazy: lazy === "?", inner: [before + 1, groups] };
  }

  function atom() {
    const look = taken(LOOK);
    if (look !== null) return bracketed({ kind: "look", behind: look[1] === "<", negative: look[2] === "!" });
    const group = taken(GROUP);
    if (group !== null) return bracketed(group[1] === "?:" ? { kind: "plain" } : { kind: "capture", number: numbered(group[2]) });
    const edge = taken(EDGE);
    if (edge !== null) return { kind: "edge", sign: edge[0] };
    const reference = taken(REFERENCE);
    if (reference !== null) return { kind: "reference", to: reference[1] === undefined ? reference[2] : Number(reference[1]) };
    const set = taken(SET);
    if (set === null) throw new Error("bad_pattern"); // syntax newer than this parser
    return { kind: "set", source: set[0] };
  }

  function numbered(name) {
    groups += 1;
    if (groups > MOST_GROUPS) throw new Error("too_complex");
    if (name !== undefined && names.has(name)) throw new Error("bad_pattern");
    if (name !== undefined) names.set(name, groups);
    return groups;
  }

  function bracketed(node) {
    node.body = alternatives();
    at += 1;
    return node;
  }

  const tree = alternatives();
  return { tree, groups, names };
}

function checkSyntax(pattern, flags) {
  try {
    new RegExp(pattern, flags);
  } catch {
    throw new Error("bad_pattern");
  }
}

// ---- Tree to program: a list of instructions for the machine below. Behind a lookbehind everything runs backwards.

function compiled({ tree, groups, names }, flags) {
  const code = [];
  let registers = 2 * groups + 2; // where each group begins and ends; loops add one each

  function emit(instruction) {
    if (code.length >= MOST_INSTRUCTIONS) throw new Error("too_complex");
    code.push(instruction);
    return instruction;
  }

  const emitters = {
    set: (node, step) => emit({ op: "set", test: setTest(node.source, flags), step }),
    edge: (node) => emit({ op: "edge", sign: node.sign, isWord: setTest("\\w", flags) }),
    reference: (node, step) => emit({ op: "reference", group: names.get(node.to) ?? node.to, step, same: sameLetter(flags) }),
    plain: (node, step) => emitNode(node.body, step),
    sequence: (node, step) => (step > 0 ? node.terms : [...node.terms].reverse()).forEach((term) => emitNode(term, step)),
    capture(node, step) {
      const [first, last] = step > 0 ? [0, 1] : [1, 0];
      emit({ op: "save", register: 2 * node.number + first });
      emitNode(node.body, step);
      emit({ op: "save", register: 2 * node.number + last });
    },
    either(node, step) {
      const ends = node.branches.slice(0, -1).map((branch) => {
        const fork = emit({ op: "fork" });
        emitNode(branch, step);
        const end = emit({ op: "jump" });
        fork.later = code.length;
        return end;
      });
      emitNode(node.branches.at(-1), step);
      for (const end of ends) end.to = code.length;
    },
    look(node) {
      const look = emit({ op: "look", negative: node.negative });
      emitNode(node.body, node.behind ? -1 : 1);
      emit({ op: "done" });
      look.after = code.length;
    },
    repeat(node, step) {
      for (let i = 0; i < node.least; i += 1) emitRound(node, step);
      if (node.most === Infinity) return emitLoop(node, step);
      const forks = [];
      for (let i = node.least; i < node.most; i += 1) forks.push(emitOptionalRound(node, step));
      for (const fork of forks) leaveAt(fork, node.lazy, code.length);
    },
  };

  function emitNode(node, step) {
    emitters[node.kind](node, step);
  }

  // Each round forgets what the groups inside it matched before.
  function emitRound(node, step) {
    if (node.body.kind !== "set") emit({ op: "forget", from: 2 * node.inner[0], to: 2 * node.inner[1] + 1 });
    emitNode(node.body, step);
  }

  // A round that need not be, and then matches nothing, counts as failed: otherwise "(a*)*" would never end.
  function emitOptionalRound(node, step) {
    const fork = emit({ op: "fork" });
    fork.body = code.length;
    const register = registers;
    registers += 1;
    if (node.body.kind !== "set") emit({ op: "save", register });
    emitRound(node, step);
    if (node.body.kind !== "set") emit({ op: "progress", register });
    return fork;
  }

  function emitLoop(node, step) {
    const start = code.length;
    const fork = emitOptionalRound(node, step);
    emit({ op: "jump", to: start });
    leaveAt(fork, node.lazy, code.length);
  }

  emitNode(tree, 1);
  emit({ op: "done" });
  return { code, groups, registers };
}

// A greedy loop goes on first and leaves later; a lazy one leaves first.
function leaveAt(fork, lazy, end) {
  fork.first = lazy ? end : fork.body;
  fork.later = lazy ? fork.body : end;
}

// The engine decides about single characters; its answers are kept.
function setTest(source, flags) {
  const single = new RegExp(`^${source}$`, flags);
  const answers = new Map();
  return (character) => {
    if (!answers.has(character)) answers.set(character, single.test(character));
    return answers.get(character);
  };
}

function sameLetter(flags) {
  if (flags === "u") return (a, b) => a === b;
  return (a, b) => a === b || new RegExp(`^\\u{${a.codePointAt(0).toString(16)}}$`, flags).test(b);
}

// ---- The machine. Each instruction either goes on (true) or fails (false), and then the latest fork is taken.

const OPERATIONS = {
  set(machine, { test, step }) {
    const character = machine.text[step > 0 ? machine.at : machine.at - 1];
    if (character === undefined || !test(character)) return false;
    machine.at += step;
    return true;
  },
  edge(machine, { sign, isWord }) {
    const [before, after] = [machine.text[machine.at - 1], machine.text[machine.at]];
    if (sign === "^") return before === undefined || LINE_END.test(before);
    if (sign === "$") return after === undefined || LINE_END.test(after);
    const border = (before !== undefined && isWord(before)) !== (after !== undefined && isWord(after));
    return border === (sign === "\\b");
  },
  reference(machine, { group, step, same }) {
    const [start, end] = machine.registers.slice(2 * group, 2 * group + 2);
    if (start < 0 || end < 0) return true; // a group that took no part matches nothing, everywhere
    const from = step > 0 ? machine.at : machine.at - (end - start);
    if (from < 0 || from + end - start > machine.text.length) return false;
    for (let i = 0; i < end - start; i += 1) if (!same(machine.text[start + i], machine.text[from + i])) return false;
    machine.at += step * (end - start);
    return true;
  },
  fork(machine, { first, later }) {
    machine.pending.push(later, machine.at, FORK);
    if (first !== undefined) machine.next = first;
    return true;
  },
  jump(machine, { to }) {
    machine.next = to;
    return true;
  },
  save(machine, { register }) {
    setRegister(machine, register, machine.at);
    return true;
  },
  forget(machine, { from, to }) {
    for (let register = from; register <= to; register += 1) setRegister(machine, register, -1);
    return true;
  },
  progress(machine, { register }) {
    return machine.registers[register] !== machine.at;
  },
  look(machine, { negative, after }) {
    const [at, bottom] = [machine.at, machine.pending.length];
    const found = ran(machine, machine.next);
    if (found && !negative) dropForks(machine, bottom);
    else undo(machine, bottom);
    machine.at = at;
    machine.next = after;
    return found !== negative;
  },
};

const LINE_END = /[\n\r\u2028\u2029]/;
const FORK = -1;

function setRegister(machine, register, value) {
  machine.pending.push(machine.registers[register], 0, register); // to be put back when a fork is taken
  machine.registers[register] = value;
}

// Runs from an instruction until "done" (true) or until no fork is left above where it began (false).
function ran(machine, first) {
  const bottom = machine.pending.length;
  machine.next = first;
  for (;;) {
    machine.steps += 1;
    if (machine.steps > MOST_STEPS || machine.pending.length > MOST_PENDING) throw new Error("too_slow");
    const instruction = machine.code[machine.next];
    if (instruction.op === "done") return true;
    machine.next += 1;
    if (!OPERATIONS[instruction.op](machine, instruction) && !tookFork(machine, bottom)) return false;
  }
}

function tookFork(machine, bottom) {
  while (machine.pending.length > bottom) {
    const kind = machine.pending.pop();
    const at = machine.pending.pop();
    const value = machine.pending.pop();
    if (kind === FORK) {
      machine.next = value;
      machine.at = at;
      return true;
    }
    machine.registers[kind] = value;
  }
  return false;
}

function undo(machine, bottom) {
  while (tookFork(machine, bottom));
}

// What a lookaround found stays found: its forks go, while what they would put back is kept for older forks.
function dropForks(machine, bottom) {
  const kept = [];
  for (let i = bottom; i < machine.pending.length; i += 3) {
    if (machine.pending[i + 2] !== FORK) kept.push(...machine.pending.slice(i, i + 3));
  }
  machine.pending.length = bottom;
  for (const value of kept) machine.pending.push(value);
}

function allMatches({ code, groups, registers }, text) {
  const machine = { code, text, steps: 0, pending: [], registers: [], at: 0, next: 0 };
  const matches = [];
  for (let start = 0; start <= text.length; ) {
    machine.pending = [];
    machine.registers = Array(registers).fill(-1);
    machine.at = start;
    if (ran(machine, 0)) {
      matches.push(described(machine, start, groups));
      start = Math.max(machine.at, start + 1);
    } else {
      start += 1;
    }
  }
  return matches;
}

function described({ text, at, registers }, start, groups) {
  const group = (i) => (registers[2 * i + 1] < 0 ? null : text.slice(registers[2 * i], registers[2 * i + 1]).join(""));
  return {
    text: text.slice(start, at).join(""),
    index: start,
    groups: Array.from({ length: groups }, (_, i) => group(i + 1)),
  };
}
