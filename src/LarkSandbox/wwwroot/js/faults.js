// Buttons that break something, so that one can watch it heal.
import * as api from "./api.js";
import { byId, el } from "./dom.js";

// Longer than two of the service's heartbeats (30 s), so that it notices and opens new connections.
const silence = 90;
const hint = "Break something and watch it heal.";

const all = [
  ["drop-connections", "Drop connections", "Cuts every WebSocket at once. The service asks for a new ticket and connects again.", () => ({})],
  ["silence", "Go silent", `Sockets stay open, but pings get no answer for ${silence} s. After two missed pongs the service gives the connection up.`, () => ({ seconds: silence })],
  ["expire-token", "Expire my token", "Your access token is over now. The next call on your behalf refreshes it first.", openId => ({ openId })],
  ["revoke-grant", "Revoke my grant", "As if you had taken your consent back in your account. The service is told by an event and forgets your tokens.", openId => ({ openId })],
];

/** whoIsIt() gives the person of this browser, or null. */
export function faults(whoIsIt) {
  byId("fault-note").textContent = hint;
  byId("fault-buttons").replaceChildren(...all.map(([name, label, explanation, body]) => {
    const tell = () => say(explanation, "about");
    return el("button", {
      type: "button", class: "fault", title: explanation, data: { testid: `fault-${name}` },
      onclick: event => cause(event.currentTarget, name, body, whoIsIt), onmouseenter: tell, onfocus: tell,
    }, label);
  }));
}

async function cause(button, name, body, whoIsIt) {
  const openId = whoIsIt()?.openId;
  const input = body(openId);
  if ("openId" in input && !openId) return say("Choose who you are first.", "bad");
  button.setAttribute("aria-busy", "true");
  try {
    say((await api.fault(name, input))?.message ?? "Done.", "done");
  } catch (problem) {
    say(problem.message, "bad");
  } finally {
    button.removeAttribute("aria-busy");
  }
}

function say(text, tone) {
  const note = byId("fault-note");
  note.textContent = text;
  note.dataset.tone = tone;
}
