// The wire's list: newest last, follows until somebody scrolls up, never more than 300 rows.
import { byId, el } from "./dom.js";
import { row } from "./wire-row.js";

const mostRows = 300;
const nearBottom = 30;

/** What the toggles are called, and which kinds each shows. A fault is always shown. */
const groups = [
  ["heartbeat", "Ping, pong", ["ping", "pong"]],
  ["event", "Events", ["event"]],
  ["callback", "Callbacks", ["callback"]],
  ["ack", "Acks", ["ack"]],
  ["link", "Connection", ["endpoint", "handshake", "opened", "closed"]],
  ["oauth", "Consent, tokens", ["token", "device", "user-info"]],
  ["message", "Messages", ["message", "card"]],
  ["other", "AI, other", ["aily", "other"]],
];
const groupOf = kind => kind === "fault" ? "fault" : groups.find(([, , kinds]) => kinds.includes(kind))?.[0] ?? "other";

export class Wire {
  #rows = new Map();
  #waiting = [];
  #lastId = -1;
  #paused = false;
  #missed = 0;
  #hidden = new Set();
  #list = byId("wire-list");
  #scroller = byId("wire-scroller");
  #follow = byId("wire-follow");
  #following = true;

  constructor() {
    byId("wire-pause").addEventListener("click", () => this.#pause(!this.#paused));
    byId("wire-clear").addEventListener("click", () => this.#clear());
    this.#follow.addEventListener("click", () => this.#toEnd());
    this.#scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    // While the panel is not shown (phone) nothing can scroll; catch up when it appears.
    window.addEventListener("pane", () => this.#following && this.#toEnd());
    byId("filters").replaceChildren(...groups.map(([name, label]) => el("button", {
      type: "button", class: "filter", "aria-pressed": "true", data: { group: name, testid: `filter-${name}` },
      onclick: event => this.#toggle(name, event.currentTarget),
    }, label)));
  }

  /** After a reconnect the sandbox sends what it remembers; numbers that start over mean that it was restarted. */
  backlog(entries) {
    const newest = entries.at(-1)?.id ?? -1;
    if (newest < this.#lastId) this.#clear();
    if (newest < this.#lastId) this.#lastId = -1;
    for (const entry of entries) this.add(entry);
  }

  add(entry) {
    const known = this.#rows.get(entry.id);
    if (!known && entry.id <= this.#lastId) return;
    this.#lastId = Math.max(this.#lastId, entry.id);
    if (this.#paused) {
      this.#waiting.push(entry);
      if (this.#waiting.length > mostRows) this.#waiting.shift();
      byId("wire-pause").textContent = `Resume (${this.#waiting.length})`;
      return;
    }
    this.#draw(entry, known);
  }

  #draw(entry, known) {
    const node = row(entry, groupOf(entry.kind));
    node.hidden = this.#hidden.has(node.dataset.group);
    if (known) known.replaceWith(node);
    else this.#list.append(node);
    this.#rows.set(entry.id, node);
    byId("wire-empty").hidden = true;
    this.#trim();
    if (this.#following) this.#toEnd();
    else if (!known && !node.hidden) this.#count(this.#missed + 1);
    this.#tabCount(node);
  }

  #trim() {
    for (const [id, node] of this.#rows) {
      if (this.#rows.size <= mostRows) return;
      node.remove();
      this.#rows.delete(id);
    }
  }

  #tabCount(node) {
    if (this.#scroller.offsetParent || node.dataset.group === "heartbeat") return;
    const badge = byId("tab-wire-count");
    badge.textContent = String(Math.min(99, Number(badge.hidden ? 0 : badge.textContent) + 1));
    badge.hidden = false;
  }

  #pause(paused) {
    this.#paused = paused;
    const button = byId("wire-pause");
    button.setAttribute("aria-pressed", String(paused));
    button.textContent = paused ? "Resume" : "Pause";
    if (paused) return;
    for (const entry of this.#waiting.splice(0)) this.#draw(entry, this.#rows.get(entry.id));
  }

  #clear() {
    this.#rows.clear();
    this.#waiting = [];
    this.#list.replaceChildren();
    byId("wire-empty").hidden = false;
    this.#toEnd();
  }

  #toggle(name, button) {
    const hide = !this.#hidden.delete(name);
    if (hide) this.#hidden.add(name);
    button.setAttribute("aria-pressed", String(!hide));
    for (const node of this.#rows.values()) node.hidden = this.#hidden.has(node.dataset.group);
    if (this.#following) this.#toEnd();
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    this.#following = scrollHeight - scrollTop - clientHeight < nearBottom;
    if (this.#following) this.#count(0);
    else this.#follow.hidden = false;
  }

  #count(missed) {
    this.#missed = missed;
    this.#follow.hidden = missed === 0 && this.#following;
    this.#follow.textContent = missed ? `↓ ${missed} new` : "↓ Newest";
  }

  #toEnd() {
    this.#following = true;
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#count(0);
  }
}
