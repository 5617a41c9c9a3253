// Where one writes: Enter sends, Shift+Enter makes a line, suggestions for whoever is new.
import { byId, el } from "./dom.js";

const tallest = 160;
const sample = {
  "zh-CN": "总结一下：昨天的项目会议决定推迟上线一周，由李雷负责重新排期。",
  "en-US": "Summarise: the team moved the launch by a week and Li Lei will plan it again.",
};

export class Composer {
  #field = byId("composer");
  #button = byId("send");
  #send;
  #locale = "en-US";
  #ready = false;
  #sending = Promise.resolve();

  /** send(text) -> Promise of whether it worked. */
  constructor(send) {
    this.#send = send;
    byId("composer-form").addEventListener("submit", event => {
      event.preventDefault();
      this.#submit();
    });
    this.#field.addEventListener("keydown", event => {
      // While an input method is composing (Chinese, Japanese), Enter picks a word.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    });
    this.#field.addEventListener("input", () => this.#fit());
    this.#chips();
  }

  enable(user) {
    this.#ready = true;
    this.#locale = user.locale;
    this.#field.disabled = false;
    for (const chip of byId("chips").children) chip.disabled = false;
    this.#fit();
    // On a phone, focus would throw the keyboard over the page.
    if (matchMedia("(pointer: fine)").matches) this.#field.focus({ preventScroll: true });
  }

  #chips() {
    const chips = [
      ["Summarise: …", "Asks the AI, which needs your consent", () => this.#fill(sample[this.#locale] ?? sample["en-US"])],
      ["/help", "What the bot can do", () => this.#say("/help")],
      ["/auth", "Ask for the consent card", () => this.#say("/auth")],
      ["/revoke", "Take your consent back", () => this.#say("/revoke")],
    ];
    byId("chips").replaceChildren(...chips.map(([label, title, onclick]) =>
      el("button", { type: "button", class: "chip", title, disabled: true, onclick }, label)));
  }

  #fill(text) {
    this.#field.value = text;
    this.#fit();
    this.#field.focus();
  }

  #say(text) {
    this.#field.value = text;
    this.#submit();
  }

  /** One after the other, in the order they were written; what could not be sent comes back. */
  #submit() {
    const text = this.#field.value.trim();
    if (!text || !this.#ready) return;
    this.#field.value = "";
    this.#fit();
    this.#sending = this.#sending.then(async () => {
      if (await this.#send(text) || this.#field.value) return;
      this.#field.value = text;
      this.#fit();
    });
  }

  #fit() {
    this.#button.disabled = !this.#ready || !this.#field.value.trim();
    this.#field.style.height = "auto";
    this.#field.style.height = `${Math.min(tallest, this.#field.scrollHeight)}px`;
  }
}
