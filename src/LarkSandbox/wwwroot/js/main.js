// Puts the page together: who one is, the conversation, the wire.
import * as api from "./api.js";
import { Composer } from "./composer.js";
import { byId, el, webAddress } from "./dom.js";
import { faults, showFaults } from "./faults.js";
import { Language } from "./language.js";
import { Messages } from "./messages.js";
import { People } from "./people.js";
import { Stream } from "./stream.js";
import { tabs } from "./tabs.js";
import { errorToast, toast } from "./toast.js";
import { Wire } from "./wire.js";
import { connectionsUnknown, showConnections, showCounters } from "./wire-status.js";

const retryAfter = 2000;
const people = new People(become);
const wire = new Wire();
const messages = new Messages({
  open: openPage,
  callback: press,
  notice: text => toast("info", text),
  people: openId => people.find(openId)?.name,
});
const composer = new Composer(say);
const language = new Language(user => messages.speak(user));
const stream = new Stream({
  open: () => { byId("banner").hidden = true; },
  lost: () => {
    byId("banner").hidden = false;
    connectionsUnknown();
  },
  messages: items => messages.load(items),
  message: message => messages.put(message),
  "message-removed": ({ messageId }) => messages.remove(messageId),
  wire: entry => wire.add(entry),
  "wire-backlog": entries => wire.backlog(entries),
  counters: showCounters,
  connections: showConnections,
  faults: showFaults,
  user: user => people.update(user),
});

let about = null;
tabs();
faults(() => people.current);
start();

async function start() {
  try {
    about = await api.state();
  } catch {
    byId("banner").hidden = false;
    setTimeout(start, retryAfter);
    return;
  }
  byId("banner").hidden = true;
  introduce(about);
  people.show(about.users, about.signedIn);
  await enter();
}

/** The page of whoever is signed in now; nobody sees the wire alone and a question. */
async function enter() {
  const user = language.of(people.current);
  language.show(people.current);
  messages.clear(user);
  // The stream brings the conversation and the backlog. Without a person it still shows the wire, by way of anybody.
  stream.connect((user ?? about.users[0])?.openId);
  if (!user) return;
  byId("chat-sub").textContent = `talking with ${user.name}`;
  composer.enable(user);
  try {
    await api.chatEntered(user.openId);
  } catch (problem) {
    errorToast(problem);
  }
}

async function become(openId) {
  try {
    await api.signIn(openId);
    about = await api.state();
    people.show(about.users, openId);
    await enter();
  } catch (problem) {
    errorToast(problem);
  }
}

async function say(text) {
  try {
    messages.put(await api.send(people.current.openId, text));
    return true;
  } catch (problem) {
    errorToast(problem);
    return false;
  }
}

async function press(message, click) {
  try {
    const answer = await api.click({ openId: people.current.openId, messageId: message.messageId, locale: language.of(people.current).locale, ...click });
    if (answer?.error) errorToast(answer.error);
    else if (answer?.toast) toast(answer.toast.type, answer.toast.content);
  } catch (problem) {
    errorToast(problem);
  }
}

/** Cards may wrap an address in an AppLink that the real client opens inside itself; here the page inside is opened. */
function openPage(address) {
  let url = webAddress(address);
  if (url?.hostname.startsWith("applink.")) url = webAddress(url.searchParams.get("url")) ?? url;
  if (url) window.open(url.href, "_blank", "noopener");
  else toast("error", "This button's address is not a web page.");
}

function introduce({ app, tenant, serviceUrl }) {
  byId("tenant").textContent = tenant.name;
  byId("bot-name").textContent = app.botName ?? app.name;
  const service = webAddress(serviceUrl);
  if (service) {
    byId("service-link").href = new URL("/health", service).href; // the one page of it for eyes
    byId("service-link").hidden = false;
  }
  byId("app-facts").replaceChildren(
    el("dt", {}, "App"), el("dd", {}, app.name), el("dd", { class: "mono" }, app.appId));
}
