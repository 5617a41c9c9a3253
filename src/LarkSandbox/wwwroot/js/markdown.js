// The block part of the card Markdown: a safe subset, built as DOM nodes. HTML in the text stays text.
import { el } from "./dom.js";
import { inline } from "./inline.js";

const fence = /^\s*(```|~~~)\s*([\w+-]*)\s*$/;
const heading = /^(#{1,6})\s+(.*?)\s*#*$/;
const rule = /^\s*(?:-{3,}|\*{3,}|_{3,})\s*$|^\s*<hr\s*\/?>\s*$/i;
const quote = /^\s*>\s?/;
const item = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const deepest = 8;

/** people(openId) gives the name to show for a mention. */
export function markdown(text, people = null) {
  const box = el("div", { class: "md" });
  box.append(...blocks(String(text ?? "").replace(/\r\n?/g, "\n").split("\n"), people, 0));
  return box;
}

function blocks(lines, people, depth) {
  const out = [];
  const draw = text => inline(text, people);
  for (let i = 0; i < lines.length;) {
    const line = lines[i];
    let match;
    if (!line.trim()) {
      i++;
    } else if ((match = fence.exec(line))) {
      const end = closing(lines, i + 1, match[1]);
      out.push(el("pre", {}, el("code", match[2] ? { data: { lang: match[2] } } : {}, lines.slice(i + 1, end).join("\n"))));
      i = end + 1;
    } else if (rule.test(line)) {
      out.push(el("hr"));
      i++;
    } else if ((match = heading.exec(line))) {
      // A card's headings lie below the page's own, whatever their number.
      out.push(el("p", { class: `h h${match[1].length}`, role: "heading", "aria-level": Math.min(6, match[1].length + 2) }, ...draw(match[2])));
      i++;
    } else if (quote.test(line) && depth < deepest) {
      const end = until(lines, i, l => quote.test(l));
      out.push(el("blockquote", {}, ...blocks(lines.slice(i, end).map(l => l.replace(quote, "")), people, depth + 1)));
      i = end;
    } else if (item.test(line) && depth < deepest) {
      const end = until(lines, i, l => item.test(l) || (/^\s{2,}\S/.test(l)));
      out.push(list(lines.slice(i, end), people, depth));
      i = end;
    } else {
      const end = until(lines, i + 1, l => l.trim() && !starts(l, depth));
      out.push(el("p", {}, ...draw(lines.slice(i, end).join("\n").trim())));
      i = end;
    }
  }
  return out;
}

function starts(line, depth) {
  return fence.test(line) || rule.test(line) || heading.test(line) || (depth < deepest && (quote.test(line) || item.test(line)));
}

function until(lines, from, belongs) {
  let end = from;
  while (end < lines.length && belongs(lines[end])) end++;
  return end;
}

function closing(lines, from, mark) {
  const end = lines.findIndex((line, i) => i >= from && line.trim().startsWith(mark));
  return end < 0 ? lines.length : end;
}

/** Lines deeper than the first item belong to the item above them, so lists nest. */
function list(lines, people, depth) {
  const first = item.exec(lines[0]);
  const ordered = /\d/.test(first[2]);
  const box = el(ordered ? "ol" : "ul", ordered && parseInt(first[2], 10) !== 1 ? { start: parseInt(first[2], 10) } : {});
  for (let i = 0; i < lines.length;) {
    const match = item.exec(lines[i]);
    const end = until(lines, i + 1, l => indent(l) > first[1].length);
    const inner = lines.slice(i + 1, end).map(l => l.slice(Math.min(indent(l), first[1].length + 2)));
    box.append(el("li", {}, ...inline(match ? match[3] : lines[i].trim(), people), ...blocks(inner, people, depth + 1)));
    i = end;
  }
  return box;
}

const indent = line => line.length - line.trimStart().length;
