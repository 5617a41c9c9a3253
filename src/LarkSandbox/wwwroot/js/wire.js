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
  #lastTop = 0;

  constructor() {
    byId("wire-pause").addEventListener("click", () => this.#pause(!this.#paused));
    byId("wire-clear").addEventListener("click", () => this.#clear());
    this.#follow.addEventListener("click", () => this.#toEnd());
    this.#scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    // The panel changes its height (a fault's text, the legend) or was not shown at all (phone): stay at the end.
    new ResizeObserver(() => this.#following && this.#toEnd()).observe(this.#scroller);
    // Whoever opens a row wants to read it, so it must not scroll away.
    this.#list.addEventListener("click", event => {
      if (event.target.closest("[aria-expanded=true]")) this.#stay();
    });
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
    for (const entry of entries) this.#take(entry);
  }

  add(entry) {
    if (this.#take(entry)) this.#tabCount(entry);
  }

  #take(entry) {
    const known = this.#rows.get(entry.id);
    if (!known && entry.id <= this.#lastId) return false;
    this.#lastId = Math.max(this.#lastId, entry.id);
    if (this.#paused) {
      this.#waiting.push(entry);
      if (this.#waiting.length > mostRows) this.#waiting.shift();
      byId("wire-pause").textContent = `Resume (${this.#waiting.length})`;
    } else {
      this.#draw(entry, known);
    }
    return !known;
  }

  #draw(entry, known) {
    const node = row(entry, groupOf(entry.kind));
    node.hidden = this.#hidden.has(node.dataset.group);
    if (known) {
      known.replaceWith(node);
      if (known.querySelector("[aria-expanded=true]")) node.firstElementChild.click();
    } else {
      this.#list.append(node);
    }
    this.#rows.set(entry.id, node);
    byId("wire-empty").hidden = true;
    this.#trim();
    if (this.#following) this.#toEnd();
    else if (!known && !node.hidden) this.#count(this.#missed + 1);
  }

  #trim() {
    for (const [id, node] of this.#rows) {
      if (this.#rows.size <= mostRows) return;
      node.remove();
      this.#rows.delete(id);
    }
  }

  /** On a phone, the tab says how much there is to see. */
  #tabCount({ kind }) {
    if (this.#scroller.offsetParent || groupOf(kind) === "heartbeat") return;
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
    const up = scrollTop < this.#lastTop;
    this.#lastTop = scrollTop;
    if (scrollHeight - scrollTop - clientHeight < nearBottom) {
      this.#following = true;
      this.#count(0);
    } else if (up) {
      this.#stay();
    }
  }

  #stay() {
    this.#following = false;
    this.#count(this.#missed);
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
