// Messages on their way: each has its own id, so that sending it again writes it once. Kept in the
// memory of the page only, a contact at a time, so that nothing typed is lost on a change of contact.
import { csrf, words } from "./words.js";

const MOST_MILLISECONDS = 10000;
const outboxes = new Map();

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function outboxOf(contact) {
  if (!outboxes.has(contact)) outboxes.set(contact, { draft: "", messages: [], sending: false });
  return outboxes.get(contact);
}

export function shownContact() {
  const article = document.querySelector("article.contact");
  return article === null ? null : article.dataset.contact;
}

function field() {
  return document.getElementById("message");
}

function button(text, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", act);
  return made;
}

function show(contact) {
  const list = document.getElementById("outbox");
  if (list === null || shownContact() !== contact) return;
  list.replaceChildren(...outboxOf(contact).messages.map((message) => {
    const item = document.createElement("li");
    item.className = `unsent ${message.state}`;
    const text = document.createElement("p");
    text.textContent = message.text;
    const note = document.createElement("span");
    note.textContent = message.state === "failed" ? message.error : words.sending;
    item.append(text, note);
    if (message.state === "failed") {
      if (message.again) item.append(button(words.retry, () => retry(contact)));
      item.append(button(words.discard, () => discard(contact, message)));
    }
    return item;
  }));
}

function retry(contact) {
  for (const message of outboxOf(contact).messages) {
    if (message.state === "failed" && message.again) message.state = "waiting";
  }
  send(contact);
}

function discard(contact, message) {
  const outbox = outboxOf(contact);
  outbox.messages = outbox.messages.filter((other) => other !== message);
  show(contact);
  if (field() !== null && shownContact() === contact) {
    if (field().value === "") field().value = outbox.draft = message.text;
    field().focus();
  }
}

async function post(contact, message) {
  try {
    const answer = await fetch(`/console/contact/${contact}/dire`, {
      method: "POST",
      headers: { "X-CSRF-Token": csrf },
      body: new URLSearchParams({ client_id: message.id, text: message.text }),
      signal: AbortSignal.timeout(MOST_MILLISECONDS),
    });
    if (answer.ok) return { state: "sent" };
    if (answer.status === 401) location.assign("/console/connexion");
    if (answer.status === 403) return { state: "failed", error: words.not_sent_not_yours, again: false };
    if (answer.status === 422) return { state: "failed", error: (await answer.json()).error, again: false };
  } catch {
    // The line is cut: said below, like any answer that is not one.
  }
  return { state: "failed", error: words.not_sent, again: true };
}

// One after the other: the order in which they were written is the order in which they are read.
async function send(contact) {
  const outbox = outboxOf(contact);
  if (outbox.sending) return;
  outbox.sending = true;
  let next = outbox.messages.find((message) => message.state === "waiting");
  while (next !== undefined) {
    show(contact);
    Object.assign(next, await post(contact, next));
    if (next.state === "sent") document.body.dispatchEvent(new CustomEvent("relais:refresh"));
    else break;
    next = outbox.messages.find((message) => message.state === "waiting");
  }
  if (next !== undefined) {
    for (const message of outbox.messages) {
      if (message.state === "waiting") Object.assign(message, { state: "failed", error: next.error, again: next.again });
    }
  }
  outbox.sending = false;
  show(contact);
}

function write() {
  const contact = shownContact();
  const text = field().value.trim();
  if (contact === null || text === "") return;
  const outbox = outboxOf(contact);
  outbox.messages.push({ id: newId(), text, state: "waiting" });
  outbox.draft = field().value = "";
  field().focus();
  show(contact);
  send(contact);
}

// The contact's place was filled anew: put back what was being typed.
export function opened() {
  const contact = shownContact();
  if (contact === null) return;
  if (field() !== null) field().value = outboxOf(contact).draft;
  show(contact);
}

// The conversation was fetched again: what was sent is now in it.
export function fetched() {
  const contact = shownContact();
  if (contact === null) return;
  const outbox = outboxOf(contact);
  outbox.messages = outbox.messages.filter((message) => message.state !== "sent");
  show(contact);
}

export function online() {
  for (const contact of outboxes.keys()) retry(contact);
}

document.addEventListener("input", (event) => {
  if (event.target === field()) outboxOf(shownContact()).draft = field().value;
});
document.addEventListener("submit", (event) => {
  if (event.target.id !== "write") return;
  event.preventDefault();
  write();
});
document.addEventListener("keydown", (event) => {
  if (event.target !== field() || event.isComposing) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    write();
  }
});
addEventListener("beforeunload", (event) => {
  const unsent = [...outboxes.values()].some((outbox) => outbox.messages.some((message) => message.state !== "sent"));
  if (unsent) event.preventDefault();
});
