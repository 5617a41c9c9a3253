// The strip above the list: which connections are open, what happened to them, how much was sent.
import { byId, el } from "./dom.js";
import { clockWithSeconds, span } from "./time.js";

const counters = [
  ["text", "text", "Text messages on a socket. The protocol uses none."],
  ["binary", "binary", "Binary messages: every one holds a protobuf frame."],
  ["ping", "ping", "Control frames from the service: are you there?"],
  ["pong", "pong", "The platform's answers to pings."],
  ["event", "event", "Data frames: something happened."],
  ["callback", "callback", "Data frames: somebody pressed a button and waits."],
  ["ack", "ack", "Data frames sent back by the service: received, or answered."],
  ["http", "http", "Calls over HTTP."],
  ["redelivered", "resent", "Events pushed again because no ack with code 200 came in time."],
];
let links = null;

export function showCounters(counts) {
  const strip = byId("counters");
  if (!strip.children.length) {
    strip.append(...counters.map(([name, label, title]) => el("div", { title, data: { counter: name } }, el("dt", {}, label), el("dd", {}, "0"))));
  }
  for (const [name] of counters) {
    const value = strip.querySelector(`[data-counter="${name}"]`);
    value.lastElementChild.textContent = short(counts[name] ?? 0);
    value.classList.toggle("some", (counts[name] ?? 0) > 0);
  }
}

const short = n => n < 10_000 ? String(n) : `${(n / 1000).toFixed(n < 100_000 ? 1 : 0)}k`;

export function showConnections(state) {
  const pinged = new Set((links?.open ?? []).map(link => `${link.id} ${link.lastPingAt}`));
  links = state;
  byId("links").replaceChildren(...(state.open.length ? state.open.map(link => card(link, pinged)) : [nothing()]));
  pill(state.open);
  byId("history-count").textContent = state.history.length ? `(${state.history.length})` : "";
  byId("history-list").replaceChildren(...state.history.map(step => el("li", { data: { what: step.what } },
    el("time", {}, clockWithSeconds(step.at)), el("b", {}, step.connection ?? ""), el("i", {}, step.what), el("span", {}, step.detail ?? ""))));
}

function card(link, pinged) {
  const fresh = link.lastPingAt && !pinged.has(`${link.id} ${link.lastPingAt}`);
  return el("div", { class: `link${fresh ? " beat" : ""}`, data: { connection: link.id, state: link.silent ? "silent" : "open" } },
    el("i", { "aria-hidden": "true" }), el("b", {}, link.id),
    el("span", { data: { part: "up" } }, upTime(link)),
    el("small", { data: { part: "ping" } }, lastPing(link)));
}

const upTime = link => link.silent ? "silent" : `up ${span(Date.now() - link.openedAt)}`;
const lastPing = link => link.lastPingAt ? `ping ${span(Date.now() - link.lastPingAt)} ago` : "no ping yet";

function nothing() {
  return el("div", { class: "link", data: { state: "none" } }, el("i", { "aria-hidden": "true" }),
    el("b", {}, "No connection"), el("small", {}, "The service is not connected, or is about to come back."));
}

function pill(open) {
  const node = byId("link-pill");
  const silent = open.filter(link => link.silent).length;
  node.dataset.state = open.length === 0 ? "bad" : silent ? "warn" : "good";
  node.lastElementChild.textContent = open.length === 0 ? "not connected" : silent ? "silent" : `${open.length} connected`;
}

/** The stream broke: nobody knows how the connections are now. */
export function connectionsUnknown() {
  const node = byId("link-pill");
  node.dataset.state = "unknown";
  node.lastElementChild.textContent = "not known";
}

setInterval(() => {
  for (const link of links?.open ?? []) {
    const node = byId("links").querySelector(`[data-connection="${CSS.escape(link.id)}"]`);
    if (!node) continue;
    node.querySelector("[data-part=up]").textContent = upTime(link);
    node.querySelector("[data-part=ping]").textContent = lastPing(link);
  }
}, 1000);
