// One line on the wire; a click opens what was in it.
import { el } from "./dom.js";
import { jsonView } from "./json-view.js";
import { clockWithMillis, clockWithSeconds, size } from "./time.js";

const ways = {
  "to-platform": ["→", "service to platform"],
  "to-service": ["←", "platform to service"],
  browser: ["◦", "a browser to the platform"],
};

export function row(entry, group) {
  const [arrow, way] = ways[entry.direction] ?? ways.browser;
  const line = el("button", { type: "button", class: "wire-line", "aria-expanded": "false", title: [entry.title, entry.explain].filter(Boolean).join("\n") },
    el("time", { datetime: new Date(entry.at).toISOString() }, clockWithSeconds(entry.at)),
    el("span", { class: "arrow", data: { way: entry.direction } }, arrow, el("span", { class: "sr-only" }, way)),
    el("span", { class: `kind kind-${group}` }, entry.kind),
    el("span", { class: "wire-title" }, brief(entry)),
    entry.status !== null && entry.status !== undefined && el("span", { class: "status", data: { ok: String(isGood(entry.status)) } }, String(entry.status)),
    el("span", { class: "size" }, entry.bytes ? size(entry.bytes) : ""));
  const node = el("li", { class: "wire-row", data: { id: entry.id, kind: entry.kind, channel: entry.channel, direction: entry.direction, group } }, line);
  line.addEventListener("click", () => toggle(node, line, entry, way));
  return node;
}

const isGood = status => status < 400;

/** Kind and status have places of their own and every platform address starts alike: a narrow row leaves them out. */
function brief({ title, kind, status }) {
  const short = title.replace(new RegExp(`\\s*(->|→)\\s*${status}$`), "").replace(" /open-apis/", " …/");
  return short.startsWith(`${kind} `) ? short.slice(kind.length + 1) : short;
}

/** What is inside is drawn only when somebody looks. */
function toggle(node, line, entry, way) {
  const open = line.getAttribute("aria-expanded") !== "true";
  line.setAttribute("aria-expanded", String(open));
  if (open) {
    node.append(detail(entry, way));
    node.scrollIntoView({ block: "nearest" });
  } else {
    node.querySelector(".wire-detail").remove();
  }
}

function detail(entry, way) {
  const facts = [
    entry.channel === "ws" ? "WebSocket frame" : "HTTP", way, entry.connection && `connection ${entry.connection}`,
    clockWithMillis(entry.at), `${entry.bytes ?? 0} bytes`, entry.durationMs !== null && entry.durationMs !== undefined && `${entry.durationMs} ms`,
  ].filter(Boolean);
  const http = entry.channel === "http";
  return el("div", { class: "wire-detail" },
    el("p", { class: "wire-full" }, entry.title),
    entry.explain && el("p", { class: "explain" }, entry.explain),
    el("p", { class: "facts" }, facts.join(" · ")),
    entry.headers?.length && part(http ? "Headers" : "Frame headers", table(entry.headers)),
    has(entry.request) && part(http ? "Request" : "Payload", jsonView(entry.request)),
    has(entry.response) && part(http ? "Response" : "Answer", jsonView(entry.response)));
}

const has = value => value !== null && value !== undefined;

function part(title, content) {
  return el("section", {}, el("h4", {}, title), content);
}

function table(headers) {
  return el("table", {}, el("tbody", {}, ...headers.map(([key, value]) =>
    el("tr", {}, el("th", { scope: "row" }, key), el("td", {}, String(value))))));
}
