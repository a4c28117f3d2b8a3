// The desk: what is fetched again and when, the clock of the page, and where the focus goes.
import * as alarm from "./alarm.js";
import * as outbox from "./outbox.js";
import "./acts.js";
import "./call.js";
import "./keys.js";
import { csrf, talks, words } from "./words.js";

const SIGN_IN = "/console/connexion";
const POLL_EVERY = 15;
const POLL_EVERY_WHEN_CUT = 3;
const CUT_AFTER = 3;
const SAID_FOR = 8;
const SHOWN_STATUSES = [403, 404, 409, 422, 503];

const seen = new Map();
let clockDifference = 0;
let cutFor = 0;
let streamOpen = false;
let missedSigns = 0;
let lastState = "";
let pausing = document.getElementById("presence")?.dataset.state === "paused";
let saidFor = 0;

const place = (id) => document.getElementById(id);

function refresh() {
  document.body.dispatchEvent(new CustomEvent("relais:refresh"));
}

function say(sentence) {
  const text = document.createElement("p");
  text.textContent = sentence;
  place("annonce").replaceChildren(text);
  saidFor = SAID_FOR;
}

function showQueue() {
  const state = place("queue-state");
  if (state === null) return;
  clockDifference = Date.parse(state.dataset.now) - Date.now();
  alarm.update({
    ringing: Number(state.dataset.ringing),
    waiting: Number(state.dataset.waiting),
    offered: Number(state.dataset.offered),
    invited: Number(place("invitation-list")?.dataset.ringing ?? 0),
    busy: document.querySelector("#tabs .tab") !== null,
    pausing,
  });
}

function showTabs() {
  const shown = outbox.shownContact();
  const turns = place("turns");
  if (shown !== null && turns !== null) seen.set(shown, Number(turns.dataset.heard));
  for (const tab of document.querySelectorAll("#tabs .tab")) {
    const contact = tab.dataset.contact;
    const heard = Number(tab.dataset.heard);
    const isNew = contact !== shown && heard > (seen.get(contact) ?? 0);
    if (isNew && !tab.classList.contains("has-unread")) alarm.chime();
    tab.classList.toggle("has-unread", isNew);
    if (contact === shown) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
}

function waited(since) {
  const seconds = Math.max(0, Math.floor((Date.now() + clockDifference - Date.parse(since)) / 1000));
  const two = (number) => String(number).padStart(2, "0");
  if (seconds >= 3600) return `${Math.floor(seconds / 3600)}\u00a0h\u00a0${two(Math.floor((seconds % 3600) / 60))}`;
  return `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
}

function showWaits() {
  for (const time of document.querySelectorAll("time[data-since]")) {
    const text = waited(time.dataset.since);
    if (time.textContent !== text) time.textContent = text;
  }
}

function showCut() {
  const banner = place("lost");
  const cut = cutFor >= CUT_AFTER || missedSigns >= 2;
  if (cut === !banner.hidden) return;
  banner.hidden = !cut;
  banner.textContent = cut ? banner.dataset.sentence : "";
}

// Closing at risk asks for a second confirmation, even when the risk came while the dialog was open.
function askForRisk() {
  const box = document.querySelector("#end input[name=confirm_risk]");
  if (box !== null) box.required = document.querySelector(".contact-head")?.dataset.atRisk === "yes";
}

function toEnd() {
  const turns = place("turns");
  if (turns !== null) turns.scrollTop = turns.scrollHeight;
}

async function poll() {
  try {
    const answer = await fetch("/console/etat", { signal: AbortSignal.timeout(8000) });
    if (answer.status === 401) return location.assign(SIGN_IN);
    if (!answer.ok) return;
    const state = await answer.text();
    if (lastState !== "" && state !== lastState) refresh();
    lastState = state;
  } catch {
    // The banner says it: the stream is cut too.
  }
}

function tick(ticks) {
  cutFor = streamOpen ? 0 : cutFor + 1;
  if (saidFor > 0 && --saidFor === 0) place("annonce").replaceChildren();
  showCut();
  showWaits();
  alarm.tick(ticks);
  if (ticks % (streamOpen ? POLL_EVERY : POLL_EVERY_WHEN_CUT) === 0) poll();
}

function showPresence(state) {
  pausing = state === "paused";
  const chosen = document.querySelector(`#presence input[value="${state}"]`);
  if (chosen !== null && document.activeElement?.name !== "state") chosen.checked = true;
}

const pulse = new Worker("/console/static/pulse.js");
pulse.addEventListener("message", ({ data }) => {
  if (data.name === "tick") return tick(data.ticks);
  if (data.status === 401) return location.assign(SIGN_IN);
  const isBack = data.ok && missedSigns > 0;
  missedSigns = data.ok ? 0 : missedSigns + 1;
  if (data.ok) showPresence(data.state);
  if (isBack) {
    refresh();
    outbox.online();
  }
});
pulse.postMessage({ csrf, talks });
// A page that holds a lock is not frozen by the browser while it is out of sight.
navigator.locks?.request(`relais-console-${Math.random()}`, () => new Promise(() => undefined));

document.body.addEventListener("htmx:sseOpen", () => {
  streamOpen = true;
  refresh();
  outbox.online();
});
document.body.addEventListener("htmx:sseError", () => { streamOpen = false; });
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (SHOWN_STATUSES.includes(xhr.status) && xhr.getResponseHeader("HX-Retarget") !== null) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});
document.body.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status === 401) location.assign(SIGN_IN);
  else say(words.failed);
});
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(name, (event) => {
    if (event.detail.requestConfig.verb !== "get") say(words.failed);
  });
}
document.body.addEventListener("relais:said", (event) => say(event.detail.value));

// Where the focus was in the queue, so that an entry that goes gives it to the next one.
let focusedEntry = -1;
let wasAtEnd = true;
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const entries = [...document.querySelectorAll("#entries > .entry")];
  focusedEntry = entries.findIndex((entry) => entry.contains(document.activeElement));
  const turns = place("turns");
  if (event.detail.target.id.startsWith("live-") && turns !== null) {
    wasAtEnd = turns.scrollHeight - turns.scrollTop - turns.clientHeight < 60;
  }
});
document.body.addEventListener("htmx:afterSwap", (event) => {
  const { target } = event.detail;
  if (target.id === "file") {
    showQueue();
    if (focusedEntry >= 0 && document.activeElement === document.body) {
      const entries = [...document.querySelectorAll("#entries > .entry")];
      const next = entries[Math.min(focusedEntry, entries.length - 1)];
      (next?.querySelector("[data-take]") || next || place("take-next"))?.focus();
    }
  } else if (target.id === "invitations") {
    showQueue();
  } else if (target.id === "contact") {
    outbox.opened();
    toEnd();
    (place("message") || target).focus();
  } else if (target.id.startsWith("live-")) {
    outbox.fetched();
    if (wasAtEnd) toEnd();
  } else if (target.id === "annonce") {
    saidFor = SAID_FOR * 2;
  }
  askForRisk();
  showTabs();
  showWaits();
});

document.addEventListener("click", (event) => {
  const wanted = event.target.closest("[data-take], [data-opens], [data-closes], #sound");
  if (wanted === null) return;
  if (wanted.id === "sound") alarm.unlock();
  else if (wanted.dataset.opens) place(wanted.dataset.opens).showModal();
  else if (wanted.dataset.closes) place(wanted.dataset.closes).close();
  // Sent by the contact's place, which stays: the entry itself may go while the answer comes.
  else htmx.ajax("POST", `/console/prise/${wanted.dataset.take}`, { source: "#contact", target: "#contact", swap: "innerHTML" });
});
document.addEventListener("change", async (event) => {
  if (event.target.name !== "state") return;
  const body = new URLSearchParams({ state: event.target.value });
  try {
    const answer = await fetch("/console/pause", { method: "POST", headers: { "X-CSRF-Token": csrf }, body });
    if (!answer.ok) throw new Error(String(answer.status));
    pausing = event.target.value === "paused";
    showQueue();
  } catch {
    say(words.failed);
  }
  event.target.blur();
});
document.addEventListener("submit", (event) => {
  const open = document.querySelector("#tabs .tab") !== null;
  if (event.target.id === "sign-out" && open && !confirm(event.target.dataset.confirm)) event.preventDefault();
});

showQueue();
showTabs();
outbox.opened();
askForRisk();
toEnd();
if (place("message") !== null) place("message").focus();
