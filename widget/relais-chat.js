/* <relais-chat>: the web door of Relais, in one script tag:

     <script type="module" src="https://SERVER/widget/relais-chat.js"></script>
     <relais-chat line="info_social"></relais-chat>

   The embedding page must allow SERVER in script-src, style-src and connect-src. */

import { Door } from "./door.js";
import { LAST_RESORT } from "./last_resort.js";
import { Memory } from "./memory.js";
import { Outbox } from "./outbox.js";
import { Listening } from "./listening.js";
import { ChatWindow } from "./chat_window.js";

const LONGEST_PAUSE = 15000;
const BEFORE_GREETING = -1;

class RelaisChat extends HTMLElement {
  connectedCallback() {
    if (this.view) return this.memory.token && this.listen();
    const script = new URL(import.meta.url);
    this.line = this.getAttribute("line") || "info_social";
    this.memory = new Memory(this.line);
    this.door = new Door(this.getAttribute("server") || script.origin, this.memory);
    this.last = BEFORE_GREETING;
    this.view = new ChatWindow(this.attachShadow({ mode: "open" }), new URL("relais-chat.css", script), {
      say: (text) => this.outbox.add("message", text),
      askPerson: () => this.outbox.add("person", this.words.person_said),
      retry: () => this.outbox.retryNow(),
      leave: () => this.leave(),
    });
    this.start(1000);
  }

  disconnectedCallback() {
    this.stopListening();
  }

  /* The words first; without them the last-resort numbers are shown, and it tries again. */
  async start(pause) {
    try {
      const { page, numbers, demo } = await this.door.texts(this.line);
      this.words = page;
      this.view.furnish(page, numbers, demo);
      await this.begin();
      this.view.showDown(false);
    } catch {
      if (!this.words) this.view.furnish(LAST_RESORT.words, LAST_RESORT.numbers, null);
      this.view.showDown(true);
      setTimeout(() => this.start(Math.min(pause * 2, LONGEST_PAUSE)), pause);
    }
  }

  async begin() {
    this.outbox = this.outbox || new Outbox(this.memory, {
      send: (item) => this.send(item),
      changed: (item) => this.view.showPending(item),
      refused: (item, message) => this.view.showRefused(item, message),
      down: (isDown) => this.view.showDown(isDown),
    });
    this.outbox.items.forEach((item) => this.view.showPending(item));
    if (this.memory.token) this.listen();
    else await this.openSession();
    this.outbox.pump();
  }

  /* One session, however many ask for it at once. */
  openSession() {
    this.opening = this.opening || this.openOne().finally(() => {
      this.opening = undefined;
    });
    return this.opening;
  }

  async openOne() {
    const opened = await this.door.open(this.line);
    if (this.last === BEFORE_GREETING) this.show(opened);
    this.last = 0;
  }

  async send(item) {
    if (!this.memory.token) await this.openSession();
    this.view.showThinking(true);
    try {
      this.show(await this.door.post(item));
      this.listen();
    } catch (error) {
      if (error.status === 401) this.forgetSession();
      throw error;
    } finally {
      this.view.showThinking(false);
    }
  }

  listen() {
    if (this.listening) return;
    this.listening = new Listening(this.door, {
      after: () => this.last,
      turn: (turn) => this.show({ turns: [turn] }),
      state: (state) => this.show({ turns: [], state }),
      offline: (isOffline) => this.view.showOffline(isOffline),
      expired: () => this.startAgain(),
    });
    this.listening.start();
  }

  stopListening() {
    if (this.listening) this.listening.stop();
    this.listening = undefined;
  }

  show({ turns, state }) {
    for (const turn of turns) {
      this.view.showTurn(turn);
      this.last = Math.max(this.last, turn.number);
    }
    if (state) this.view.showState(state);
  }

  /* The words on the screen stay; the next message opens a session of its own. */
  forgetSession() {
    this.stopListening();
    this.memory.token = null;
    this.view.closeChapter();
    this.last = 0;
  }

  async startAgain() {
    this.forgetSession();
    this.last = BEFORE_GREETING;
    this.view.empty();
    await this.start(1000);
  }

  async leave() {
    const left = this.door.leave();
    this.outbox.empty();
    this.forgetSession();
    this.view.empty();
    this.view.showLeft();
    await left;
  }
}

customElements.define("relais-chat", RelaisChat);
