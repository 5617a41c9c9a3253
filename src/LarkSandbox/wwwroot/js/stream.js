// The live stream. EventSource reconnects by itself after a broken connection, but gives up for good on an
// HTTP error (the sandbox restarting behind a proxy, say); then we open a new one.
const events = ["message", "message-removed", "messages", "wire", "wire-backlog", "counters", "connections", "faults", "user"];
const retryAfter = 3000;

/** handlers: one function an event name, plus `open` and `lost`. */
export class Stream {
  #handlers;
  #source = null;
  #timer = 0;

  constructor(handlers) {
    this.#handlers = handlers;
  }

  connect(openId) {
    this.close();
    const source = new EventSource(`/sandbox/api/stream?openId=${encodeURIComponent(openId ?? "")}`);
    this.#source = source;
    source.onopen = () => this.#handlers.open();
    source.onerror = () => {
      if (source !== this.#source) return;
      this.#handlers.lost();
      if (source.readyState === EventSource.CLOSED) this.#timer = setTimeout(() => this.connect(openId), retryAfter);
    };
    for (const name of events) {
      source.addEventListener(name, event => {
        if (source === this.#source) this.#handlers[name]?.(JSON.parse(event.data));
      });
    }
  }

  close() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }
}
