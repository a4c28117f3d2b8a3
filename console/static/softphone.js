// The telephone of this page: it connects by itself when a call is mine, or when I join a colleague's.
import { csrf } from "./words.js";

const words = JSON.parse(document.body.dataset.phoneWords);
const TOKEN = "/console/telephone/jeton";
const REFRESH_BEFORE = 60000;
const SHOWN_FOR = 8000;
const MICROPHONE_REFUSED = [31208, 31401, 31402];

const tried = new Set();
let device = null;
let call = null;
let shown = 0;

function say(key, stays = false) {
  const place = document.getElementById("softphone");
  place.textContent = words[key];
  place.hidden = false;
  clearTimeout(shown);
  if (!stays) shown = setTimeout(() => { place.hidden = true; }, SHOWN_FOR);
}

async function newToken() {
  const answer = await fetch(TOKEN, { method: "POST", headers: { "X-CSRF-Token": csrf } });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()).token;
}

async function ready() {
  if (device !== null) return device;
  const made = new Twilio.Device(await newToken(), {
    closeProtection: words.leave_page,
    codecPreferences: ["opus", "pcmu"],
    logLevel: "error",
    tokenRefreshMs: REFRESH_BEFORE,
  });
  made.on("tokenWillExpire", async () => {
    try {
      made.updateToken(await newToken());
    } catch {
      say("token_failed", true);
    }
  });
  made.on("error", failed);
  device = made;
  return made;
}

function failed(error) {
  const refused = MICROPHONE_REFUSED.includes(error?.code) || error?.name === "NotAllowedError";
  say(refused ? "microphone_refused" : "failed", true);
}

function over(key) {
  call = null;
  say(key, true);
  showMute();
}

async function connect(contact) {
  if (call !== null) return;
  say("connecting", true);
  try {
    const made = await (await ready()).connect({ params: { contact } });
    call = made;
    made.on("accept", () => say("joined"));
    made.on("reconnecting", () => say("reconnecting", true));
    made.on("reconnected", () => say("joined"));
    made.on("disconnect", () => over("ended"));
    made.on("cancel", () => over("failed"));
    made.on("reject", () => over("failed"));
    made.on("error", (error) => {
      call = null;
      failed(error);
    });
  } catch (error) {
    call = null;
    failed(error);
  }
}

// One try a leg: when it fails, the person goes back to the queue, and is not rung in circles from here.
function follow() {
  const state = document.getElementById("call-state");
  if (state?.dataset.connects !== "yes" || tried.has(state.dataset.leg)) return;
  tried.add(state.dataset.leg);
  connect(state.dataset.contact);
}

function showMute() {
  const button = document.getElementById("mute");
  if (button === null) return;
  const muted = call !== null && call.isMuted();
  button.disabled = call === null;
  button.setAttribute("aria-pressed", String(muted));
  button.firstChild.textContent = `${muted ? words.unmute : words.mute} `;
}

document.addEventListener("click", (event) => {
  const wanted = event.target.closest("#mute, [data-joins]");
  if (wanted === null) return;
  if (wanted.dataset.joins) connect(wanted.dataset.joins);
  else if (call !== null) {
    call.mute(!call.isMuted());
    showMute();
  }
});
document.body.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  if (target.id !== "call" && target.id !== "contact") return;
  follow();
  showMute();
});

// Asked when the desk opens, and not while somebody waits at the other end.
async function askForMicrophone() {
  try {
    const heard = await navigator.mediaDevices.getUserMedia({ audio: true });
    for (const track of heard.getTracks()) track.stop();
  } catch {
    say("microphone_refused_before", true);
  }
}

if (globalThis.Twilio === undefined) say("no_softphone", true);
else {
  askForMicrophone();
  ready().catch(() => say("no_softphone", true));
  follow();
  showMute();
}
