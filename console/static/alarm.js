// The alarm follows the queue: it sounds while somebody at risk is there and not taken, on every page.
import { words } from "./words.js";

const FREE_EVERY = 3;
const BUSY_EVERY = 12;
const OFFER_EVERY = 5;
const CALM_ICON = "/console/static/icon.svg";
const ALARM_ICON = "/console/static/icon-alarm.svg";

const title = document.body.dataset.title;
const state = { ringing: 0, waiting: 0, offered: 0, invited: 0, busy: false, pausing: false };
let audio = null;

function ready() {
  return audio !== null && audio.state === "running";
}

function showSound() {
  const button = document.getElementById("sound");
  if (button === null) return;
  button.dataset.off = button.dataset.off || button.textContent;
  button.textContent = ready() ? button.dataset.ready : button.dataset.off;
  button.classList.toggle("on", ready());
}

export async function unlock() {
  audio = audio || new AudioContext();
  if (audio.state !== "running") await audio.resume().catch(() => undefined);
  showSound();
}

function tone(frequency, after, length, volume) {
  const oscillator = audio.createOscillator();
  const gain = audio.createGain();
  const from = audio.currentTime + after;
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(0, from);
  gain.gain.linearRampToValueAtTime(volume, from + 0.02);
  gain.gain.setValueAtTime(volume, from + length - 0.05);
  gain.gain.linearRampToValueAtTime(0, from + length);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(from);
  oscillator.stop(from + length);
}

function ring() {
  if (!ready()) return;
  for (const [index, frequency] of [784, 988, 784].entries()) tone(frequency, index * 0.2, 0.18, 0.35);
}

export function chime() {
  if (ready()) tone(660, 0, 0.16, 0.12);
}

export function update(seen) {
  const before = state.ringing;
  if (seen.invited > state.invited) chime();
  Object.assign(state, seen);
  document.body.classList.toggle("ringing", state.ringing > 0);
  if (state.ringing > before && !state.pausing) ring();
  showTitle(0);
}

export function tick(ticks) {
  showTitle(ticks);
  if (state.invited > 0 && ticks % OFFER_EVERY === 0) chime();
  if (state.pausing) return;
  const every = state.busy ? BUSY_EVERY : FREE_EVERY;
  if (state.ringing > 0 && ticks % every === 0) ring();
  else if (state.offered > 0 && ticks % OFFER_EVERY === 0) chime();
}

function showTitle(ticks) {
  const calm = state.waiting > 0 ? `(${state.waiting}) ${title}` : title;
  const alarm = `● ${words.risk_waits} – ${state.waiting} ${words.waiting}`;
  const text = state.ringing > 0 && ticks % 2 === 0 ? alarm : calm;
  if (document.title !== text) document.title = text;
  const icon = document.getElementById("icon");
  const wanted = state.ringing > 0 ? ALARM_ICON : CALM_ICON;
  if (icon.getAttribute("href") !== wanted) icon.setAttribute("href", wanted);
}

// The browser asks for a gesture before any sound: the first one anywhere is enough.
if (document.getElementById("sound") !== null) {
  for (const name of ["pointerdown", "keydown"]) {
    document.addEventListener(name, () => { if (!ready()) unlock(); });
  }
  unlock();
}
