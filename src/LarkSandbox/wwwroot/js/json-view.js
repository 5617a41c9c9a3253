// JSON with a little colour, built as text nodes.
import { el } from "./dom.js";

const tokens = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

export function jsonView(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  const box = el("pre", { class: "json", tabindex: "0" });
  if (typeof value === "string") {
    box.append(text);
    return box;
  }
  let from = 0;
  for (const match of text.matchAll(tokens)) {
    box.append(text.slice(from, match.index));
    const kind = match[2] ? "key" : match[1] ? "string" : match[3] ? "word" : "number";
    box.append(el("span", { class: `json-${kind}` }, match[1] ?? match[0]), match[2] ?? "");
    from = match.index + match[0].length;
  }
  box.append(text.slice(from));
  return box;
}
