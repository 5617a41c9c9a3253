// The language of the client: the person's own until they choose another. Cards and toasts follow it.
import { byId } from "./dom.js";

export class Language {
  #chosen = new Map();
  #picker = byId("language");
  #user = null;

  /** changed(user) is called with the person in their new language. */
  constructor(changed) {
    this.#picker.addEventListener("change", () => {
      this.#chosen.set(this.#user.openId, this.#picker.value);
      changed(this.of(this.#user));
    });
  }

  show(user) {
    this.#user = user;
    this.#picker.disabled = !user;
    if (user) this.#picker.value = this.of(user).locale;
  }

  of(user) {
    return user && { ...user, locale: this.#chosen.get(user.openId) ?? user.locale };
  }
}
