// The rail: who one is, and who has agreed that the app may act for them.
import { avatar, byId, el } from "./dom.js";
import { span } from "./time.js";

export class People {
  #users = [];
  #current = null;
  #choose;

  constructor(choose) {
    this.#choose = choose;
    setInterval(() => this.#tick(), 5000);
  }

  get current() {
    return this.#users.find(user => user.openId === this.#current) ?? null;
  }

  find(openId) {
    return this.#users.find(user => user.openId === openId) ?? null;
  }

  show(users, current) {
    this.#users = users;
    this.#current = current;
    byId("people").replaceChildren(...users.map((user, i) => el("li", {}, this.#person(user, i))));
    byId("pick-list").replaceChildren(...users.map((user, i) => el("button",
      { type: "button", class: "pick", data: { testid: `pick-${i + 1}` }, onclick: () => this.#choose(user.openId) },
      avatar(user, "large"), el("b", {}, user.name), el("small", {}, user.enName))));
  }

  update(user) {
    const at = this.#users.findIndex(known => known.openId === user.openId);
    if (at < 0) return;
    this.#users[at] = { ...this.#users[at], ...user };
    const place = byId("people").children[at];
    const focused = place.contains(document.activeElement);
    place.replaceChildren(this.#person(this.#users[at], at));
    if (focused) place.firstElementChild.focus();
  }

  #person(user, i) {
    const chosen = user.openId === this.#current;
    return el("button", {
      type: "button", class: "person", "aria-pressed": String(chosen), title: `${user.name} (${user.enName})`,
      data: { testid: `user-${i + 1}`, openId: user.openId, grant: String(user.hasGrant) },
      onclick: () => chosen || this.#choose(user.openId),
    },
    el("span", { class: "person-face" }, avatar(user), el("i")),
    el("span", { class: "person-text" },
      el("span", { class: "person-name" }, user.name, " ", user.enName !== user.name && el("small", {}, user.enName)),
      el("span", { class: "person-state" }, ...grantState(user))));
  }

  #tick() {
    this.#users.forEach((user, i) => {
      const line = byId("people").children[i]?.querySelector(".person-state");
      if (line) line.replaceChildren(...grantState(user));
    });
  }
}

/** In a few words, with the rest where there is room for it. */
function grantState(user) {
  if (!user.hasGrant) return ["not agreed", el("span", { class: "roomy" }, " yet")];
  if (!user.tokenExpiresAt) return ["agreed"];
  const left = user.tokenExpiresAt - Date.now();
  return ["agreed", el("span", { class: "roomy" }, left > 0 ? `, token ${span(left).replace(/ \d\d s$/, "")}` : ", token expired")];
}
