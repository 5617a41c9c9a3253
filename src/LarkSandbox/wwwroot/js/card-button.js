// A card's button: opens a page, tells the app, or both; may ask first, may be out of order.
import { el } from "./dom.js";

const types = new Set(["default", "primary", "danger", "text", "primary_text", "danger_text", "primary_filled", "danger_filled", "laser"]);
const sizes = new Set(["tiny", "small", "medium", "large"]);
const answers = { "zh-CN": ["取消", "确认"], "ja-JP": ["キャンセル", "確認"], "en-US": ["Cancel", "Confirm"] };
let tips = 0;

export function cardButton(e, ctx) {
  const type = types.has(e.type) ? e.type : "default";
  const button = el("button", {
    type: "button",
    class: `card-button type-${type} size-${sizes.has(e.size) ? e.size : "medium"}`,
    disabled: e.disabled === true,
    title: ctx.pick(e.hover_tips) || null,
  }, ctx.pick(e.text));
  if (e.width === "fill") button.classList.add("wide");
  button.addEventListener("click", () => press(button, e, ctx));

  const why = e.disabled === true ? ctx.pick(e.disabled_tips) : "";
  if (!why) return button;
  // A disabled button shows no tip of its own and takes no tap, so the reason hangs on what is around it.
  const id = `card-tip-${++tips}`;
  button.setAttribute("aria-describedby", id);
  return el("span", { class: "card-button-off", title: why, onclick: () => ctx.notice(why) },
    button, el("span", { class: "sr-only", id }, why));
}

async function press(button, e, ctx) {
  if (button.getAttribute("aria-busy") === "true") return;
  if (e.confirm && !(await confirmed(e.confirm, ctx))) return;
  if (e.form_action_type === "reset") {
    button.closest("form")?.reset();
    return;
  }
  const form = e.form_action_type === "submit" ? button.closest("form") : null;
  if (form && !form.reportValidity()) return;

  const behaviors = Array.isArray(e.behaviors) ? e.behaviors : [];
  // The page opens first: a browser allows a new tab only straight from the click.
  const page = behaviors.find(b => b.type === "open_url");
  if (page) ctx.open(address(page));
  const told = behaviors.find(b => b.type === "callback");
  if (!told && !form) return;

  button.setAttribute("aria-busy", "true");
  try {
    await ctx.callback({
      elementId: e.element_id, tag: "button", name: e.name, value: told?.value ?? {},
      formValue: form ? Object.fromEntries(new FormData(form)) : undefined,
    });
  } finally {
    button.removeAttribute("aria-busy");
  }
}

function address(behavior) {
  const phone = matchMedia("(max-width: 860px)").matches;
  const wanted = phone ? behavior.android_url || behavior.ios_url : behavior.pc_url;
  return wanted || behavior.default_url;
}

function confirmed({ title, text }, ctx) {
  const [no, yes] = answers[ctx.locale] ?? answers["en-US"];
  return new Promise(resolve => {
    const dialog = el("dialog", { class: "card-confirm", lang: ctx.locale, "aria-label": ctx.pick(title) || "Please confirm" },
      el("form", { method: "dialog" },
        el("h3", {}, ctx.pick(title)),
        el("p", {}, ctx.pick(text)),
        el("div", {},
          el("button", { class: "card-button type-default", value: "no" }, no),
          el("button", { class: "card-button type-primary_filled", value: "yes", autofocus: true }, yes))));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
