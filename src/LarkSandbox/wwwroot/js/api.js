// The sandbox's own API, same origin. Every call either answers or throws an Error with a text to show.
const base = "/sandbox/api";

async function call(method, path, body) {
  let response;
  try {
    response = await fetch(base + path, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Error("The sandbox does not answer.");
  }
  const text = await response.text();
  const answer = parse(text);
  if (!response.ok) throw new Error(answer?.error?.message ?? answer?.error ?? `The sandbox answered ${response.status}.`);
  return answer;
}

function parse(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

export const state = () => call("GET", "/state");
export const signIn = openId => call("POST", "/sign-in", { openId });
export const send = (openId, text) => call("POST", "/messages", { openId, text });
export const chatEntered = openId => call("POST", "/chat-entered", { openId });
export const click = body => call("POST", "/cards/click", body);
export const fault = (name, body = {}) => call("POST", `/faults/${name}`, body);
