// The conversation: messages by id, drawn once, replaced in place when they change.
import { avatar, byId, el } from "./dom.js";
import { renderCard, summary } from "./card.js";
import { inline } from "./inline.js";
import { clock } from "./time.js";

const nearBottom = 80;
const pauseBetween = 5 * 60_000;

export class Messages {
  #shown = new Map();
  #user = null;
  #handlers;
  #list = byId("messages");
  #scroller = byId("scroller");
  #newest = byId("to-newest");

  /** handlers: {open, callback(message, click), notice, people} */
  constructor(handlers) {
    this.#handlers = handlers;
    this.#newest.addEventListener("click", () => this.#toEnd());
    this.#scroller.addEventListener("scroll", () => { if (this.#atEnd()) this.#newest.hidden = true; }, { passive: true });
    // The composer grows, the phone's keyboard opens: whoever was at the end stays there.
    let ended = true;
    this.#scroller.addEventListener("scroll", () => { ended = this.#atEnd(); }, { passive: true });
    new ResizeObserver(() => ended && this.#toEnd()).observe(this.#scroller);
  }

  /** Another person, another conversation. */
  clear(user) {
    this.#user = user;
    this.#shown.clear();
    this.#list.replaceChildren();
    this.#hints();
  }

  /** The same conversation, as somebody with another language reads it. */
  speak(user) {
    this.#user = user;
    for (const shown of this.#shown.values()) {
      const node = this.#draw(shown.message);
      replace(shown.node, node);
      shown.node = node;
    }
    this.#group();
  }

  /** The whole conversation, as the stream sends it when it (re)connects. */
  load(all) {
    if (!this.#user) return;
    const items = all.filter(item => this.#mayShow(item));
    const kept = new Set(items.map(item => item.messageId));
    for (const id of this.#shown.keys()) if (!kept.has(id)) this.remove(id);
    for (const item of items) this.#put(item, false);
    this.#hints();
    this.#toEnd();
  }

  put(message) {
    if (!this.#user || !this.#mayShow(message)) return;
    const follow = this.#atEnd() || message.from === "user";
    const isNew = this.#put(message, true);
    this.#hints();
    if (follow) this.#toEnd();
    else if (isNew) this.#newest.hidden = false;
  }

  remove(messageId) {
    this.#shown.get(messageId)?.node.remove();
    this.#shown.delete(messageId);
  }

  /** What arrives late for the person one was before does not belong here. */
  #mayShow({ chatId, onlyVisibleTo }) {
    return chatId === this.#user.chatId && (!onlyVisibleTo || onlyVisibleTo === this.#user.openId);
  }

  #put(message, live) {
    const text = JSON.stringify(message);
    const known = this.#shown.get(message.messageId);
    if (known?.text === text) return false;
    const node = this.#draw(message);
    if (known) {
      replace(known.node, node);
      if (live && !message.card?.config?.streaming_mode) animate(node, "changed"); // text that grows moves enough
    } else {
      if (live) animate(node, "arrived");
      this.#place(node, message.createTime);
    }
    this.#shown.set(message.messageId, { message, text, node });
    this.#group();
    return !known;
  }

  #place(node, time) {
    const later = [...this.#list.children].findLast(other => Number(other.dataset.time) <= time);
    if (later) later.after(node);
    else this.#list.prepend(node);
  }

  #draw(message) {
    const mine = message.from === "user";
    const quoted = message.replyTo && this.#shown.get(message.replyTo)?.message;
    return el("li", {
      class: `message ${mine ? "mine" : "theirs"} type-${message.type}`,
      data: { messageId: message.messageId, time: message.createTime, from: message.from, updated: message.updated ? "true" : null },
    },
    el("span", { class: "message-face", "aria-hidden": "true" }, mine ? avatar(this.#user) : botFace()),
    el("div", { class: "message-main" },
      el("p", { class: "message-meta" },
        el("b", {}, message.senderName),
        el("time", { datetime: new Date(message.createTime).toISOString() }, clock(message.createTime)),
        message.updated && el("span", { class: "message-updated", title: `changed ${clock(message.updateTime)}` }, "updated"),
        message.onlyVisibleTo && el("span", { class: "message-private" }, "only visible to you")),
      quoted && el("p", { class: "message-quote" }, quoted.type === "text" ? quoted.text : summary(quoted.card, this.#user.locale)),
      this.#content(message)));
  }

  #content(message) {
    if (message.type === "interactive") return this.#card(message);
    // Text messages know no Markdown, only mentions and links; so only what looks like those is drawn.
    return el("div", { class: "bubble" }, ...plainText(message.text ?? "", this.#handlers.people));
  }

  #card(message) {
    try {
      return renderCard(message.card, {
        locale: this.#user.locale,
        people: this.#handlers.people,
        open: this.#handlers.open,
        callback: click => this.#handlers.callback(message, click),
        notice: this.#handlers.notice,
      });
    } catch (problem) {
      // A card nobody foresaw must not take the conversation down with it.
      return el("div", { class: "card-unknown" }, `This card cannot be drawn: ${problem.message}`);
    }
  }

  /** Messages close together from the same sender read as one: the later ones lose their face. */
  #group() {
    let last = null;
    for (const node of this.#list.children) {
      const joined = last && last.dataset.from === node.dataset.from && node.dataset.time - last.dataset.time < pauseBetween;
      node.classList.toggle("joined", Boolean(joined));
      last = node;
    }
  }

  #hints() {
    const asked = [...this.#shown.values()].some(shown => shown.message.from === "user");
    byId("hint").hidden = !this.#user || asked;
    byId("pick").hidden = Boolean(this.#user);
  }

  #atEnd() {
    return this.#scroller.scrollHeight - this.#scroller.scrollTop - this.#scroller.clientHeight < nearBottom;
  }

  #toEnd() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#newest.hidden = true;
  }
}

function botFace() {
  return byId("chat-pane").querySelector(".avatar.bot").cloneNode(true);
}

/** A panel somebody opened stays open when the card changes under it, and the keyboard keeps its place. */
function replace(before, after) {
  const old = before.querySelectorAll("details");
  after.querySelectorAll("details").forEach((panel, i) => { if (old[i]?.open) panel.open = true; });
  const focused = before.contains(document.activeElement);
  const id = document.activeElement?.dataset.elementId;
  before.replaceWith(after);
  if (focused) (id && after.querySelector(`[data-element-id="${CSS.escape(id)}"]:not(:disabled)`) || byId("scroller")).focus({ preventScroll: true });
}

function plainText(text, people) {
  const parts = text.split(/(<at\s[^>]*>[^<]*<\/at>|https?:\/\/[^\s<>"']+)/i);
  return parts.flatMap((part, i) => i % 2 ? inline(part, people) : [part]);
}

/** Moves once: a class that stays would play again whenever the tab is shown. */
function animate(node, name) {
  node.classList.add(name);
  node.addEventListener("animationend", () => node.classList.remove(name), { once: true });
}
