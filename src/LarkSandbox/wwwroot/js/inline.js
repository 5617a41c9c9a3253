// The inline part of the card Markdown: text -> DOM nodes. What is not understood stays text.
import { el, webAddress } from "./dom.js";
import { localDatetime } from "./time.js";

const colours = new Set(["grey", "green", "red", "blue", "orange", "yellow", "purple", "violet", "carmine", "turquoise", "wathet", "indigo"]);

// Tried in this order at each place; `make` gets the match and a function that renders what is inside.
const rules = [
  { at: /^\\([\\`*_~[\](){}<>#+\-.!])/, make: m => m[1] },
  { at: /^(`+)([\s\S]*?[^`])\1(?!`)/, make: m => el("code", {}, m[2]) },
  { at: /^<br\s*\/?>/i, make: () => el("br") },
  { at: /^<font\s+color=['"]?([\w-]+)['"]?\s*>([\s\S]*?)<\/font>/i,
    make: (m, inside) => el("span", colours.has(m[1]) ? { class: `ink-${m[1]}` } : {}, ...inside(m[2])) },
  { at: /^<at\s+(?:id|user_id|email|ids)=['"]?([^'">\s]+)['"]?\s*>([\s\S]*?)<\/at>/i, make: (m, _, people) => mention(m, people) },
  { at: /^<local_datetime\s+millisecond=['"]?(\d{1,15})['"]?(?:\s+format_type=['"]?(\w+)['"]?)?\s*><\/local_datetime>/i, make: m => moment(Number(m[1]), m[2]) },
  { at: /^\[([^\]\n]*)\]\(([^()\s]+(?:\([^()\s]*\)[^()\s]*)*)\)/, make: (m, inside) => link(m, inside) },
  { at: /^<(https?:\/\/[^>\s]+)>/, make: m => anchor(m[1], [m[1]]) },
  { at: /^\*\*\*(?=[^\s*])([\s\S]*?[^\s*])\*\*\*/, make: (m, inside) => el("strong", {}, el("em", {}, ...inside(m[1]))) },
  { at: /^(\*\*|__)(?=\S)([\s\S]*?\S)\1/, make: (m, inside) => el("strong", {}, ...inside(m[2])) },
  { at: /^~~(?=\S)([\s\S]*?\S)~~/, make: (m, inside) => el("s", {}, ...inside(m[1])) },
  { at: /^\*(?=[^\s*])([\s\S]*?[^\s*])\*(?!\*)/, make: (m, inside) => el("em", {}, ...inside(m[1])) },
  { at: /^https?:\/\/[^\s<>"'，。；、]*[^\s<>"'.,;:!?)\]，。；、]/, make: m => anchor(m[0], [m[0]]) },
  // A word's own underscores (snake_case) are no emphasis, so `_` counts only at the edge of a word.
  { at: /^_(?=\S)([^_\n]*\S)_(?!\w)/, atEdge: true, make: (m, inside) => el("em", {}, ...inside(m[1])) },
];
const special = /[\\`<[*_~h]/g;
const deepest = 12;

export function inline(text, people = null, depth = 0) {
  const out = [];
  let plain = "";
  const inside = part => depth < deepest ? inline(part, people, depth + 1) : [part];
  const flush = () => {
    if (plain) out.push(...lines(plain));
    plain = "";
  };
  for (let i = 0; i < text.length;) {
    special.lastIndex = i;
    const next = special.exec(text)?.index ?? text.length;
    plain += text.slice(i, next);
    if (next >= text.length) break;
    const rest = text.slice(next);
    const edge = !/[\w\u4e00-\u9fff]/.test(text[next - 1] ?? " ");
    let taken = 0;
    for (const rule of rules) {
      const match = rule.atEdge && !edge ? null : rule.at.exec(rest);
      if (!match) continue;
      flush();
      out.push(rule.make(match, inside, people));
      taken = match[0].length;
      break;
    }
    if (!taken) plain += text[next];
    i = next + (taken || 1);
  }
  flush();
  return out;
}

function lines(text) {
  return decoded(text).split("\n").flatMap((line, i) => i ? [el("br"), line] : [line]);
}

const named = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };

/** Entities are how card Markdown escapes; they are read last, so that what they stand for is never taken for markup. */
function decoded(text) {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,6}));/gi, (whole, decimal, hex, name) => {
    if (name) return named[name] ?? whole;
    const code = decimal ? Number(decimal) : parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** A moment as the reader's clock shows it. */
function moment(ms, format) {
  return el("time", { datetime: new Date(ms).toISOString() }, localDatetime(ms, format));
}

function mention([, id, name], people) {
  return el("span", { class: "mention" }, `@${id === "all" ? "all" : name || people?.(id) || id}`);
}

function link([whole, label, address], inside) {
  return webAddress(address) ? anchor(address, inside(label || address)) : whole;
}

function anchor(address, children) {
  return el("a", { href: webAddress(address)?.href, target: "_blank", rel: "noopener noreferrer" }, ...children);
}
