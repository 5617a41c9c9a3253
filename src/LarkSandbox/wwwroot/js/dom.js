// A way to build DOM from data without ever touching innerHTML.

/** el("button", {class: "x", onclick: f, data: {id: 1}}, "text", node) */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "data") Object.assign(node.dataset, value);
    else if (key === "class") node.className = value;
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
  return node;
}

export const byId = id => document.getElementById(id);

/** A person's face: initials on their colour. The colour goes through CSSOM, which a strict CSP allows. */
export function avatar(user, size = "") {
  const face = el("span", { class: `avatar ${size}`.trim(), "aria-hidden": "true" }, user.initials ?? "?");
  paint(face, user.color);
  return face;
}

export function paint(node, color) {
  if (color && CSS.supports("color", color)) node.style.background = color;
}

/** Addresses come from data: only web pages may be opened. */
export function webAddress(text) {
  try {
    const url = new URL(text);
    return url.protocol === "https:" || url.protocol === "http:" ? url : null;
  } catch {
    return null;
  }
}
