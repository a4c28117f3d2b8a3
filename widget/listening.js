/* The stream, read with fetch so that the token stays in a header. It resumes after the last turn
   that the page has; when a proxy holds the stream back, the page asks every few seconds instead. */

const FIRST_EVENT_WITHIN = 8000;
const SILENCE_ALLOWED = 40000;
const LONGEST_PAUSE = 15000;
const ASK_EVERY = 4000;
const HELD_BACK_LIMIT = 2;
const ASKED_BEFORE_STREAM = 15;
const BETWEEN_STREAMS = 300;

class Expired extends Error {}

export class Listening {
  constructor(door, { after, turn, state, offline, expired }) {
    Object.assign(this, { door, after, turn, state, offline, expired });
    this.stopped = false;
    this.heldBack = 0;
    this.asked = 0;
    this.wake = () => {};
    this.onBack = () => document.hidden || this.wake();
  }

  async start() {
    addEventListener("online", this.onBack);
    document.addEventListener("visibilitychange", this.onBack);
    let failures = 0;
    while (!this.stopped) {
      try {
        if (this.heldBack < HELD_BACK_LIMIT) await this.follow();
        else await this.askAgain();
        failures = 0;
      } catch (error) {
        if (error instanceof Expired) return this.stopped || this.expired();
        failures += 1;
        await this.fill();
        if (!this.stopped) this.offline(failures > 1);
        await this.pause(Math.min(500 * 2 ** failures, LONGEST_PAUSE) * (0.5 + Math.random() / 2));
      }
    }
  }

  stop() {
    this.stopped = true;
    removeEventListener("online", this.onBack);
    document.removeEventListener("visibilitychange", this.onBack);
    if (this.cut) this.cut.abort();
    this.wake();
  }

  /* One stream, to its end. */
  async follow() {
    this.cut = new AbortController();
    let heard = false;
    let watchdog = setTimeout(() => this.cut.abort(), FIRST_EVENT_WITHIN);
    const awake = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => this.cut.abort(), SILENCE_ALLOWED);
    };
    try {
      const response = await this.door.stream(this.after(), this.cut.signal);
      if (response.status === 401) throw new Expired();
      if (!response.ok) throw new Error("stream");
      for await (const event of eventsOf(response.body)) {
        if (!heard) this.offline(false);
        heard = true;
        awake();
        this.take(event);
      }
    } catch (error) {
      if (!heard && error.name === "AbortError" && !this.stopped) this.heldBack += 1;
      if (!heard || error.name !== "AbortError") throw error;
    } finally {
      clearTimeout(watchdog);
    }
    await this.pause(BETWEEN_STREAMS);
  }

  take({ name, data }) {
    if (this.stopped) return;
    if (name === "turn") this.turn(JSON.parse(data));
    if (name === "state") this.state(JSON.parse(data));
  }

  async askAgain() {
    await this.ask();
    this.offline(false);
    this.asked += 1;
    if (this.asked % ASKED_BEFORE_STREAM === 0) this.heldBack -= 1;
    await this.pause(ASK_EVERY);
  }

  async fill() {
    try {
      await this.ask();
    } catch {
      /* the next attempt will tell */
    }
  }

  async ask() {
    try {
      const { turns, state } = await this.door.turns(this.after());
      if (this.stopped) return;
      turns.forEach((turn) => this.turn(turn));
      this.state(state);
    } catch (error) {
      if (error.status === 401) throw new Expired();
      throw error;
    }
  }

  pause(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/* The events of a text/event-stream body; a comment is an event without a name. */
async function* eventsOf(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let waiting = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (waiting + decoder.decode(value, { stream: true })).split("\n\n");
    waiting = blocks.pop();
    for (const block of blocks) yield eventOf(block);
  }
}

function eventOf(block) {
  const event = { name: "", data: "" };
  for (const line of block.split("\n")) {
    if (line.startsWith("event: ")) event.name = line.slice(7);
    if (line.startsWith("data: ")) event.data += line.slice(6);
  }
  return event;
}
