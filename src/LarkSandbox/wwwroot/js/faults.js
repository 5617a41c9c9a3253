// The means to break something, so that one can watch it heal: sliders and switches for what lasts, buttons for what
// happens once. What they show is what the sandbox says, whoever set it.
import * as api from "./api.js";
import { byId, el } from "./dom.js";
import { FaultSlider } from "./fault-slider.js";
import { size } from "./time.js";

const away = 5;
const hint = "Break something and watch it heal.";
const calm = "Everything is well.";

const rates = [null, 100_000, 30_000, 10_000, 3_000, 1_000, 300];
const rateWords = rate => rate === null ? "unlimited" : `${size(rate)}/s`;

const sliders = [
  { id: "latency", label: "Latency", max: 2000, step: 50, words: ms => `${ms} ms`, about: "Everything on the long connection arrives so much later, in each direction.",
    of: state => state.network.latencyMs, set: ms => api.fault("network", { latencyMs: ms }) },
  { id: "loss", label: "Loss", max: 100, step: 5, words: percent => `${percent} %`, about: "So many pushes, acks and pongs vanish. What was not acknowledged comes again.",
    of: state => Math.max(state.frames.pushLoss, state.frames.ackLoss, state.frames.pongLoss), set: percent => api.fault("frames", { loss: percent }) },
  { id: "bandwidth", label: "Bandwidth", max: rates.length - 1, step: 1, words: n => rateWords(rates[n]), about: "So many bytes pass in a second, in each direction.",
    of: state => nearestRate(state.network.bytesPerSecond), set: n => api.fault("network", { bytesPerSecond: rates[n] }) },
];

const switches = [
  ["silent", "Silent network", "Nothing passes any more and nobody is told: sockets stay open, new ones hang. Two missed pongs (60 s) tell the service.",
    state => state.network.silent, on => api.fault("network", { silent: on })],
  ["split", "Split", "Payloads above 200 bytes travel in packets, the last one first.",
    state => state.frames.splitAbove !== null, on => api.fault("split", { bytes: on ? 200 : 0, reorder: on })],
  ["reorder", "Reorder", "Pushes overtake each other, within half a second.",
    state => state.frames.reorderMs > 0, on => api.fault("frames", { reorderMs: on ? 500 : 0 })],
  ["duplicate", "Duplicate", "Every event is pushed twice, and must be handled once.",
    state => state.frames.duplicates > 0, on => api.fault("frames", { duplicates: on ? 100 : 0 })],
];

const buttons = [
  ["drop-connections", "Drop connections", "Cuts every WebSocket at once. The service asks for a new ticket and connects again.", () => ({})],
  ["restart", "Restart server", `Everything is cut, nobody answers for ${away} s, and the tickets are forgotten.`, () => ({ seconds: away })],
  ["refuse-handshake", "Refuse handshake", "The next two WebSocket handshakes are refused with Handshake-Status 514; drop the connections to see it.", () => ({ status: 514, autherrcode: 1000040343, msg: "internal error", times: 2 })],
  ["maintenance", "Maintenance", "The platform says goodbye, and for 10 s its endpoint answers: system busy.", () => ({ seconds: 10 })],
  ["expire-token", "Expire my token", "Your access token is over now. The next call on your behalf refreshes it first.", openId => ({ openId })],
  ["revoke-grant", "Revoke my grant", "As if you had taken your consent back in your account. The service is told by an event and forgets your tokens.", openId => ({ openId })],
];

const drawn = sliders.map(slider => new FaultSlider(slider, act, say));
let latest = null;

/** whoIsIt() gives the person of this browser, or null. */
export function faults(whoIsIt) {
  byId("faults").open = matchMedia("(min-width: 861px) and (min-height: 700px)").matches;
  byId("fault-sliders").replaceChildren(...drawn.map(slider => slider.node));
  byId("fault-switches").replaceChildren(...switches.map(([name, label, about, of, set]) => control(name, label, about,
    button => act(button, () => set(!(latest && of(latest)))), { role: "switch", "aria-checked": "false" })));
  byId("fault-buttons").replaceChildren(...buttons.map(([name, label, about, body]) => control(name, label, about, button => {
    const input = body(whoIsIt()?.openId);
    if ("openId" in input && !input.openId) return say("Choose who you are first.", "bad");
    act(button, () => api.fault(name, input));
  })));
  byId("fault-reset").addEventListener("click", event => act(event.currentTarget, () => api.fault("reset")));
  say(hint);
}

/** What the sandbox says is broken now. */
export function showFaults(state) {
  latest = state;
  for (const slider of drawn) slider.show(state);
  for (const [name, , , of] of switches) byId("fault-switches").querySelector(`[data-testid=fault-${name}]`).setAttribute("aria-checked", String(of(state)));
  const now = chips(state);
  byId("faults-now").replaceChildren(...(now.length ? now.map(text => el("span", { class: "fault-chip" }, text)) : [calm]));
  byId("fault-reset").disabled = state.calm;
}

function control(name, label, about, act, more = {}) {
  const tell = () => say(about, "about");
  return el("button", {
    type: "button", class: "fault", title: about, data: { testid: `fault-${name}` }, ...more,
    onclick: event => act(event.currentTarget), onmouseenter: tell, onfocus: tell,
  }, label);
}

async function act(control, work) {
  control.setAttribute("aria-busy", "true");
  try {
    say((await work())?.message ?? "Done.", "done");
  } catch (problem) {
    say(problem.message, "bad");
  } finally {
    control.removeAttribute("aria-busy");
  }
}

function chips({ network, frames, endpoint, handshake, outage, planned }) {
  return [
    outage && `${outage.kind}: ${outage.answer}`,
    network.silent && "network silent",
    network.refuseConnects && "connects refused",
    network.latencyMs > 0 && `latency ${network.latencyMs} ms`,
    network.jitterMs > 0 && `jitter ${network.jitterMs} ms`,
    network.bytesPerSecond !== null && `${size(network.bytesPerSecond)}/s`,
    loss(frames),
    frames.splitAbove !== null && `split above ${frames.splitAbove} B`,
    frames.reorderMs > 0 && "pushes out of order",
    frames.duplicates > 0 && `${frames.duplicates} % twice`,
    frames.duplicateNext > 0 && `next ${frames.duplicateNext} twice`,
    frames.pong !== null && "odd pongs",
    handshake && `handshake ${handshake.code} (${handshake.times} to come)`,
    endpoint && `endpoint ${endpoint.code} (${endpoint.times} to come)`,
    planned.length > 0 && `${planned.length} planned for calls`,
    network.vanished > 0 && !network.silent && `${network.vanished} vanished`,
    network.silenced > 0 && `${network.silenced} silent`,
  ].filter(Boolean);
}

function loss({ pushLoss, ackLoss, pongLoss }) {
  const most = Math.max(pushLoss, ackLoss, pongLoss);
  return most > 0 && (pushLoss === ackLoss && ackLoss === pongLoss ? `loss ${most} %` : `loss ${pushLoss}/${ackLoss}/${pongLoss} %`);
}

function nearestRate(rate) {
  return rate === null ? 0 : rates.reduce((best, other, n) => n > 0 && Math.abs(Math.log(other / rate)) < Math.abs(Math.log((rates[best] ?? Infinity) / rate)) ? n : best, 1);
}

function say(text, tone) {
  const note = byId("fault-note");
  note.textContent = text;
  note.dataset.tone = tone;
}
