// Short notices over the conversation, as the client shows them.
import { byId, el } from "./dom.js";

const marks = { success: "✓", error: "!", warning: "!", info: "i" };
const shown = 5000;

export function toast(type, content, detail = "") {
  const kind = type in marks ? type : "info";
  const node = el("div", { class: "toast", data: { testid: "toast", type: kind } },
    el("i", { "aria-hidden": "true" }, marks[kind]),
    el("span", {}, content),
    detail && el("small", {}, detail));
  byId("toasts").append(node);
  setTimeout(() => node.classList.add("leaving"), shown);
  setTimeout(() => node.remove(), shown + 300);
}

/** What the real client shows when a click failed: the text and the code in brackets. */
export const errorToast = error => toast("error", error.message, error.code ? `Code ${error.code}` : "");
