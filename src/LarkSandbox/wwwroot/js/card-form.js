// Forms in cards: just enough to fill in and submit.
import { el } from "./dom.js";

export function cardForm(e, ctx) {
  return el("form", { class: "card-form", name: e.name, onsubmit: event => event.preventDefault() },
    ...ctx.elements(e.elements, ctx));
}

export function cardInput(e, ctx) {
  const many = e.input_type === "multiline_text";
  const field = el(many ? "textarea" : "input", {
    name: e.name, rows: many ? 3 : null, type: many ? null : e.input_type === "password" ? "password" : "text",
    placeholder: ctx.pick(e.placeholder), maxlength: Number(e.max_length) || null,
    required: e.required === true, disabled: e.disabled === true,
  });
  // defaultValue, not value: a form's reset brings it back.
  field.defaultValue = ctx.pick(e.default_value);
  return labelled(e, field, ctx);
}

export function cardSelect(e, ctx) {
  const field = el("select", { name: e.name, required: e.required === true, disabled: e.disabled === true },
    el("option", { value: "" }, ctx.pick(e.placeholder) || "Choose…"),
    ...(Array.isArray(e.options) ? e.options : []).map(option =>
      el("option", { value: option.value, selected: option.value === e.initial_option }, ctx.pick(option.text))));
  return labelled(e, field, ctx);
}

function labelled(e, field, ctx) {
  const label = ctx.pick(e.label);
  if (!label) field.setAttribute("aria-label", ctx.pick(e.placeholder) || e.name || "Field");
  return el("label", { class: "card-field" }, label && el("span", {}, label), field);
}
