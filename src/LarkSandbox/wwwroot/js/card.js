// Card JSON 2.0 -> DOM. A pure function of the card, the reader's locale and the handlers:
//   renderCard(card, {locale, people, open(url), callback(click) -> Promise, notice(text)})
// Texts come from data, so nothing here writes HTML.
import { cardButton } from "./card-button.js";
import { cardForm, cardInput, cardSelect } from "./card-form.js";
import { el } from "./dom.js";
import { markdown } from "./markdown.js";

const templates = new Set(["blue", "wathet", "turquoise", "green", "yellow", "orange", "red", "carmine", "violet", "purple", "indigo", "grey"]);
const tagColours = new Set([...templates, "neutral", "lime"]);
const textSizes = new Set(["notation", "normal", "heading", "heading-0", "heading-1", "heading-2", "heading-3", "heading-4", "xxxx-large", "xxx-large", "xx-large", "x-large", "large", "medium", "small", "x-small"]);
const deepest = 8;

const drawers = {
  markdown: (e, ctx) => sized(e, aligned(e, markdown(pick(e, ctx.locale), ctx.people))),
  div: (e, ctx) => el("div", { class: "card-div" }, e.text && plain(e.text, ctx)),
  plain_text: (e, ctx) => plain(e, ctx),
  lark_md: (e, ctx) => plain(e, ctx),
  hr: () => el("hr"),
  column_set: columns,
  button: cardButton,
  collapsible_panel: panel,
  form: cardForm,
  input: cardInput,
  select_static: cardSelect,
};

export function renderCard(card, { locale = "en-US", people = null, open, callback, notice }) {
  const ctx = { locale, people, open, callback, notice, depth: 0, elements, pick: text => pick(text, locale) };
  const width = card?.config?.width_mode;
  const node = el("article", { class: "card", lang: locale, data: { width: width === "compact" || width === "fill" ? width : "default" } });
  if (card?.schema !== "2.0") {
    node.append(el("div", { class: "card-body" }, unknown("card JSON 1.0")));
    return node;
  }
  if (card.header) node.append(header(card.header, ctx));
  node.append(el("div", { class: "card-body" }, ...elements(card.body?.elements, ctx)));
  return node;
}

/** The text for a locale: its own translation, else the default content, else any translation there is. */
export function pick(text, locale) {
  if (typeof text === "string") return text;
  const translations = text?.i18n_content ?? {};
  const own = translations[locale.toLowerCase().replace("-", "_")];
  return own ?? text?.content ?? Object.values(translations)[0] ?? "";
}

/** What a card is in one line, for lists and quotes. */
export function summary(card, locale) {
  return pick(card?.config?.summary, locale) || pick(card?.header?.title, locale) || "Card";
}

function elements(list, ctx) {
  if (ctx.depth >= deepest) return [];
  const inner = { ...ctx, depth: ctx.depth + 1 };
  return (Array.isArray(list) ? list : []).map(e => {
    const node = Object.hasOwn(drawers, e?.tag) ? drawers[e.tag](e, inner) : unknown(e?.tag);
    if (e?.element_id) node.dataset.elementId = e.element_id;
    return node;
  });
}

function header(head, ctx) {
  const template = templates.has(head.template) ? head.template : "default";
  const subtitle = pick(head.subtitle, ctx.locale);
  const tags = (Array.isArray(head.text_tag_list) ? head.text_tag_list : []).slice(0, 3);
  return el("header", { class: `card-head tpl-${template}`, data: { template } },
    el("div", { class: "card-title" },
      el("h3", {}, pick(head.title, ctx.locale)),
      ...tags.map(tag => el("span", { class: `card-tag tpl-${tagColours.has(tag.color) ? tag.color : "neutral"}` }, pick(tag.text, ctx.locale)))),
    subtitle && el("p", {}, subtitle));
}

function plain(text, ctx) {
  const content = pick(text, ctx.locale);
  const node = text.tag === "lark_md" ? markdown(content, ctx.people) : el("p", { class: "card-text" }, content);
  return sized(text, aligned(text, node));
}

function sized(e, node) {
  if (textSizes.has(e.text_size)) node.classList.add(`size-${e.text_size}`);
  if (/^[a-z]+$/.test(e.text_color ?? "")) node.classList.add(`ink-${e.text_color}`);
  return node;
}

function aligned(e, node) {
  if (e.text_align === "center" || e.text_align === "right") node.style.textAlign = e.text_align;
  return node;
}

function columns(e, ctx) {
  const set = el("div", { class: `columns flex-${/^\w+$/.test(e.flex_mode ?? "") ? e.flex_mode : "none"}` });
  for (const column of Array.isArray(e.columns) ? e.columns : []) {
    const box = el("div", { class: "column" }, ...elements(column.elements, ctx));
    const pixels = /^(\d{1,3})px$/.exec(column.width ?? "");
    if (column.width === "weighted") box.style.flex = `${clamp(column.weight)} 1 0`;
    else box.style.flex = pixels ? `0 1 ${pixels[1]}px` : "0 1 auto";
    if (column.vertical_align === "center" || column.vertical_align === "bottom") {
      box.style.alignSelf = column.vertical_align === "bottom" ? "flex-end" : "center";
    }
    set.append(box);
  }
  return set;
}

const clamp = weight => Math.min(5, Math.max(1, Number(weight) || 1));

function panel(e, ctx) {
  const title = e.header?.title ?? {};
  const inner = title.tag === "markdown" || title.tag === "lark_md" ? markdown(pick(title, ctx.locale), ctx.people) : pick(title, ctx.locale);
  return el("details", { class: `card-panel${e.border ? " bordered" : ""}`, open: e.expanded === true },
    el("summary", {}, inner || "Details"),
    el("div", { class: "card-panel-body" }, ...elements(e.elements, ctx)));
}

function unknown(tag) {
  return el("div", { class: "card-unknown" }, "element ", el("code", {}, String(tag ?? "without a tag")), " is not drawn here");
}
