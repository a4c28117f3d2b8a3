/* What the person said and the server has not yet: sent in order, with the same id until it is there. */

const FAILURES_BEFORE_NUMBERS = 3;
const LONGEST_PAUSE = 15000;
const STORED_AS_IT_IS = 413;
const EMPTY = 422;
const NO_SESSION = 401;
const UNAVAILABLE = 503;
const TOO_MANY = 429;

export class Outbox {
  constructor(memory, { send, changed, refused, down }) {
    Object.assign(this, { memory, send, changed, refused, down });
    this.items = memory.pending;
    this.failures = 0;
    this.busy = false;
    addEventListener("online", () => this.retryNow());
  }

  add(kind, text) {
    const item = { clientId: newId(), kind, text, failed: false };
    this.items.push(item);
    this.keep();
    this.changed(item);
    this.pump();
  }

  empty() {
    this.items = [];
    this.keep();
  }

  retryNow() {
    clearTimeout(this.timer);
    this.pump();
  }

  async pump() {
    if (this.busy) return;
    this.busy = true;
    clearTimeout(this.timer);
    let pause = 0;
    while (this.items.length && !pause) pause = await this.sendFirst(this.items[0]);
    this.busy = false;
    if (pause) this.timer = setTimeout(() => this.pump(), pause);
  }

  /* How long to wait before the next attempt; 0 goes on at once. */
  async sendFirst(item) {
    try {
      await this.send(item);
    } catch (error) {
      if (error.status === EMPTY || error.status === STORED_AS_IT_IS) {
        this.done(item);
        this.refused(item, error.message);
        return 0;
      }
      return this.failed(item, error);
    }
    this.done(item);
    return 0;
  }

  failed(item, error) {
    this.failures += 1;
    if (error.status === NO_SESSION && this.failures === 1) return 1;
    if (error.status !== TOO_MANY) {
      item.failed = true;
      this.changed(item);
      if (error.status === UNAVAILABLE || this.failures >= FAILURES_BEFORE_NUMBERS) this.down(true);
    }
    const pause = Math.min(1000 * 2 ** (this.failures - 1), LONGEST_PAUSE);
    return Math.max(pause, (error.retryAfter || 0) * 1000);
  }

  done(item) {
    this.items = this.items.filter((other) => other !== item);
    this.keep();
    this.failures = 0;
    this.down(false);
  }

  keep() {
    this.memory.pending = this.items;
  }
}

function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
