// What the KaTeX that Streamlit brings can draw, as chat/markup/katex.toml has it:
//
//     node tests/katex.mjs .venv/lib/python3.11/site-packages/streamlit/static > chat/markup/katex.toml
//
// With --check it reads formulas instead (a JSON list of [formula, displayed]) and says of each
// whether it is drawn, and no part of it in red. It asks the very plugin that draws a formula: every
// name that occurs in it is tried, alone and with arguments of every kind.
import { readFileSync, readdirSync } from "node:fs";
import { resolve } from "node:path";

const [folder, mode] = process.argv.slice(2);
const scripts = resolve(folder, "static/js");
const file = resolve(scripts, readdirSync(scripts).find((name) => /^rehype-katex\..*\.js$/.test(name)));
console.warn = console.log = console.error = () => {}; // KaTeX's remarks

// The plugin hands the page's parser what KaTeX has made.
let made = "";
globalThis.DOMParser = class {
  parseFromString(text) {
    made += text;
    return { nodeType: 11, childNodes: [] };
  }
};
const template = { content: { nodeType: 11, childNodes: [] }, set innerHTML(text) { made += text; } };
globalThis.document = { createElement: () => template };
const { default: plugin } = await import(file);

function isDrawn(formula, displayed) {
  const className = ["language-math", displayed ? "math-display" : "math-inline"];
  const code = { type: "element", tagName: "code", properties: { className } };
  code.children = [{ type: "text", value: formula }];
  const tree = { type: "root", children: [{ type: "element", tagName: "p", properties: {}, children: [code] }] };
  let failed = false;
  made = "";
  try {
    plugin()(tree, { message: () => (failed = true) });
  } catch {
    // There is no page to put it into.
  }
  return !failed && !made.includes("#cc0000");
}

// What defines, prints or quotes something: nothing that a formula of an answer is drawn with.
const STEERING = /^\\(.?def|.*command|let|futurelet|verb|show|message|errmessage|tmspace)$/;

// What an argument is: m mathematics, t text, r neither (a size, a colour, a delimiter).
const SAMPLES = [["m", "{a^b}"], ["t", "{a}"], ["r", "{1em}"], ["r", "("]];

function signature(name, before, behind) {
  let tried = [["", name]];
  for (let count = 0; count < 4; count += 1) {
    const found = tried.find(([, formula]) => isDrawn(`${before}${formula}${behind}`, true));
    if (found) return found[0];
    tried = tried.flatMap(([kinds, formula]) => SAMPLES.map(([kind, sample]) => [kinds + kind, formula + sample]));
  }
  return null;
}

function table(title, names, before = "", behind = "") {
  const groups = new Map();
  for (const name of names) {
    const kinds = signature(name, before, behind);
    if (kinds !== null) groups.set(kinds, [...(groups.get(kinds) ?? []), name]);
  }
  const lines = [...groups].sort().map(([kinds, group]) => `"${kinds}" = '''\n${wrapped(group.sort())}'''\n`);
  return `[${title}]\n${lines.join("")}`;
}

function wrapped(words) {
  const lines = [""];
  for (const word of words) {
    if (lines.at(-1).length + word.length > 96) lines.push("");
    lines.push(`${lines.pop()}${word} `);
  }
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

if (mode === "--check") {
  const formulas = JSON.parse(readFileSync(0, "utf8"));
  process.stdout.write(JSON.stringify(formulas.map(([formula, displayed]) => isDrawn(formula, displayed))));
} else {
  const source = readFileSync(file, "utf8");
  const names = new Set([...source.matchAll(/\\\\([a-zA-Z]+|[^a-zA-Z\s@])/g)].map(([, name]) => `\\${name}`));
  for (const name of names) if (STEERING.test(name)) names.delete(name);
  const words = new Set([...source.matchAll(/[`".]([a-zA-Z]+\*?)(?=[`".])/g)].map(([, word]) => word));
  const fences = [..."()[]<>|./", ...names].filter((name) => isDrawn(`\\left${name} a\\right.`, true));
  const inside = (word) => ["", "{c}", "{1}"].map((column) => `\\begin{${word}}${column}a\\end{${word}}`);
  const environments = [...words].filter((word) => inside(word).some((tex) => isDrawn(tex, true))).sort();
  const apart = environments.filter((word) => !inside(word).some((tex) => isDrawn(tex, false)));
  const isSingle = (name) => {
    const kinds = signature(name, "", "");
    return kinds === null || isDrawn(`x^${name}${"{a}".repeat(kinds.length)}`, true);
  };
  const operators = [...names]
    .filter((name) => ["", "{a}"].some((argument) => isDrawn(`${name}${argument}\\limits`, true)))
    .sort();
  const infix = [...names].filter((name) => isDrawn(`a${name} b`, true) && !isDrawn(`a${name} b${name} c`, true));
  const braced = [...names].filter((name) => !isSingle(name)).sort();
  process.stdout.write(`# What KaTeX can draw, as Streamlit 1.67 brings it. Made by tests/katex.mjs, which says how.
# A name stands behind what its arguments are: m mathematics, t text, r neither of them.
# Those of "displayed" are drawn on lines of their own alone, those of "braced" are no argument without
# braces, of those of "infix" a group has one at most, and limits follow those of "operators".
environments = '''
${wrapped(environments)}'''
displayed = '''
${wrapped(apart)}'''
delimiters = '''
${wrapped(fences)}'''
braced = '''
${wrapped(braced)}'''
infix = '''
${wrapped(infix)}'''
operators = '''
${wrapped(operators)}'''

${table("mathematics", names)}
${table("text", names, "\\text{", "}")}`);
}
