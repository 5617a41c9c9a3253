// On a phone there is room for one pane: chat or wire.
import { byId } from "./dom.js";

export function tabs() {
  const all = ["chat", "wire"];
  const show = name => {
    document.querySelector(".app").dataset.view = name;
    for (const other of all) {
      const tab = byId(`tab-${other}`);
      tab.setAttribute("aria-selected", String(other === name));
      tab.tabIndex = other === name ? 0 : -1;
    }
    if (name === "wire") byId("tab-wire-count").hidden = true;
    window.dispatchEvent(new CustomEvent("pane", { detail: name }));
  };
  for (const name of all) {
    byId(`tab-${name}`).addEventListener("click", () => show(name));
    byId(`tab-${name}`).addEventListener("keydown", event => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      const other = name === "chat" ? "wire" : "chat";
      show(other);
      byId(`tab-${other}`).focus();
    });
  }
}
