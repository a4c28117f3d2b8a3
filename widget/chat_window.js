/* What the visitor sees. Texts go in as text nodes only. */

import { element, frame, numberList } from "./frame.js";
import { typeset, withLinks } from "./links.js";

const THINKING_AFTER = 500;
const NEAR_THE_END = 40;

export class ChatWindow {
  constructor(root, stylesheet, { say, askPerson, retry, leave }) {
    this.parts = frame();
    this.retry = retry;
    this.turns = new Map();
    this.pending = new Map();
    this.state = { state: "bot", at_risk: false, numbers: [] };
    this.isDown = false;
    const { form, message, person, leave: leaveButton, root: window } = this.parts;
    this.stayAtTheEnd();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit(say);
    });
    message.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.submit(say);
    });
    message.addEventListener("input", () => this.fit());
    person.addEventListener("click", () => {
      person.disabled = true;
      message.focus();
      askPerson();
    });
    leaveButton.addEventListener("click", leave);
    window.hidden = true;
    const style = element("link", { rel: "stylesheet", href: stylesheet.href });
    style.onload = style.onerror = () => {
      window.hidden = false;
    };
    root.append(style, window);
  }

  /* The words, once they are known. */
  furnish(words, numbers, demo) {
    const { parts } = this;
    this.words = Object.fromEntries(Object.entries(words).map(([key, text]) => [key, typeset(text)]));
    this.outside = numbers;
    parts.title.textContent = this.words.title;
    parts.emergency.textContent = this.words.emergency;
    parts.demo.hidden = !demo;
    parts.demo.replaceChildren(...(demo ? withLinks(typeset(demo)) : []));
    if (!this.words.send) return;
    parts.person.textContent = this.words.person_button;
    parts.log.setAttribute("aria-label", this.words.conversation);
    parts.label.textContent = this.words.message;
    parts.message.placeholder = this.words.message;
    parts.send.textContent = this.words.send;
    parts.leave.textContent = this.words.leave;
    parts.thinking.textContent = this.words.thinking;
    parts.form.hidden = false;
    this.arrange();
  }

  submit(say) {
    const { message } = this.parts;
    const text = message.value;
    if (!text.trim()) return;
    message.value = "";
    this.fit();
    this.hasLeft = false;
    say(text);
    this.toTheEnd();
  }

  /* The box grows with the words, up to the height that the stylesheet allows. */
  fit() {
    const { message } = this.parts;
    message.rows = 1;
    const line = parseFloat(getComputedStyle(message).lineHeight) || 24;
    message.rows = Math.min(4, Math.max(1, Math.round((message.scrollHeight - 16) / line)));
  }

  showTurn(turn) {
    if (this.turns.has(turn.number)) return;
    const waiting = turn.client_id && this.pending.get(turn.client_id);
    if (waiting) {
      waiting.remove();
      this.pending.delete(turn.client_id);
    }
    const bubble = this.bubble(turn.author, turn.text);
    if (waiting) bubble.append(element("small", { className: "sent" }, this.words.sent));
    const later = [...this.turns.entries()].filter(([number]) => number > turn.number);
    const before = later.length ? later[0][1] : [...this.pending.values()][0] || null;
    this.parts.log.insertBefore(bubble, before);
    this.turns.set(turn.number, bubble);
    this.turns = new Map([...this.turns.entries()].sort(([a], [b]) => a - b));
  }

  bubble(author, text) {
    const names = { person: this.words.you, bot: this.words.bot, intervenant: this.words.intervenant };
    return element(
      "div",
      { className: `turn ${author}` },
      element("span", { className: "author" }, names[author]),
      element("p", { className: "text" }, ...withLinks(author === "bot" ? typeset(text) : text, author === "bot")),
    );
  }

  /* A message on its way: « envoi… », or « non envoyé » with a button to try again. */
  showPending(item) {
    let bubble = this.pending.get(item.clientId);
    if (!bubble) {
      bubble = this.bubble("person", item.text);
      bubble.append(element("small", { className: "sending" }));
      this.pending.set(item.clientId, bubble);
      this.parts.log.append(bubble);
      this.toTheEnd();
    }
    const mark = bubble.querySelector("small");
    const retry = element("button", { type: "button", className: "retry", onclick: this.retry }, this.words.retry);
    if (item.failed) mark.replaceChildren(`${this.words.not_sent} – `, retry);
    else mark.replaceChildren(this.words.sending);
  }

  showRefused(item, message) {
    const bubble = this.pending.get(item.clientId);
    if (!bubble) return;
    this.pending.delete(item.clientId);
    bubble.querySelector("small").replaceChildren(...withLinks(message));
  }

  showThinking(isThinking) {
    clearTimeout(this.thinkingTimer);
    this.parts.thinking.hidden = true;
    if (!isThinking || this.state.state !== "bot") return;
    this.thinkingTimer = setTimeout(() => {
      this.parts.thinking.hidden = false;
      if (this.isAtTheEnd) this.toTheEnd();
    }, THINKING_AFTER);
  }

  showState(state) {
    this.state = state;
    this.hasLeft = false;
    if (state.state !== "bot") this.showThinking(false);
    this.arrange();
  }

  showDown(isDown) {
    if (this.isDown === isDown) return;
    this.isDown = isDown;
    this.arrange();
  }

  showOffline(isOffline) {
    const text = isOffline ? this.words.offline : "";
    if (this.parts.offline.textContent !== text) this.parts.offline.textContent = text;
  }

  showLeft() {
    this.hasLeft = true;
    this.state = { state: "bot", at_risk: false, numbers: [] };
    this.arrange();
  }

  /* The turns stay to be read; the numbers of the turns begin again. */
  closeChapter() {
    this.turns = new Map();
  }

  empty() {
    this.turns = new Map();
    this.pending = new Map();
    this.parts.log.replaceChildren();
  }

  arrange() {
    const { state, at_risk: atRisk } = this.state;
    const { person, leave, state: line, root } = this.parts;
    const personIsCalled = ["waiting", "with_person", "intervenant_in_doubt"].includes(state);
    root.dataset.state = state;
    root.classList.toggle("at-risk", atRisk);
    person.hidden = personIsCalled || !this.words.person_button;
    person.disabled = false;
    leave.hidden = !this.words.leave || this.turns.size < 2 || (atRisk && state !== "with_person");
    const text = this.stateLine();
    if (line.textContent !== text) line.textContent = text;
    this.arrangePanel();
  }

  stateLine() {
    if (this.hasLeft) return this.words.left;
    const { state, at_risk: atRisk } = this.state;
    const lines = {
      waiting: atRisk ? "" : this.words.waiting,
      with_person: this.words.with_person,
      intervenant_in_doubt: this.words.in_doubt,
      closed: this.words.closed,
    };
    return lines[state] || "";
  }

  arrangePanel() {
    const { panel } = this.parts;
    const content = this.panelContent();
    const shown = JSON.stringify(content);
    if (shown === this.panelShown) return;
    this.panelShown = shown;
    panel.hidden = !content;
    if (!content) return panel.replaceChildren();
    const { kind, title, text, numbers, more } = content;
    panel.className = `panel ${kind}`;
    if (kind === "down") panel.setAttribute("role", "alert");
    else panel.removeAttribute("role");
    panel.replaceChildren(
      element("div", { className: "presence", "aria-hidden": "true" }),
      element("h3", { id: "panel-title" }, title),
      element("p", {}, text),
      numberList(numbers),
    );
    if (more) panel.append(element("p", { className: "more" }, more));
    panel.hidden = false;
  }

  panelContent() {
    const { words } = this;
    const { state, at_risk: atRisk, numbers } = this.state;
    const own = numbers.length ? numbers : this.outside;
    if (this.isDown) return { kind: "down", title: words.down_title, text: words.down, numbers: own };
    const isWaiting = state === "waiting" || state === "intervenant_in_doubt";
    if (isWaiting && atRisk) {
      const text = state === "waiting" ? words.at_risk : "";
      return { kind: "calm", title: words.at_risk_title, text, numbers: own, more: words.more };
    }
    if (isWaiting) return { kind: "outside", title: words.numbers_title, text: "", numbers: own };
    return null;
  }

  /* Whoever reads the last words keeps them in view when something comes or when a keyboard opens;
     whoever reads further up is left there. */
  stayAtTheEnd() {
    const { middle, log, panel, root } = this.parts;
    this.isAtTheEnd = true;
    const look = () => {
      const { scrollHeight, scrollTop, clientHeight } = this.scroller();
      this.isAtTheEnd = scrollHeight - scrollTop - clientHeight < NEAR_THE_END;
    };
    [middle, root].forEach((part) => part.addEventListener("scroll", look));
    const observer = new ResizeObserver(() => this.isAtTheEnd && this.toTheEnd());
    [middle, log, panel, root].forEach((part) => observer.observe(part));
  }

  toTheEnd() {
    this.isAtTheEnd = true;
    const scroller = this.scroller();
    scroller.scrollTop = scroller.scrollHeight;
  }

  /* In a very low window the stylesheet lets the whole scroll. */
  scroller() {
    const { middle, root } = this.parts;
    return getComputedStyle(middle).overflowY === "visible" ? root : middle;
  }
}
