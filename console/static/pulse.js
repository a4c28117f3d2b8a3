// Runs in a worker: a page in the background has its timers slowed down to one a minute, which would
// end the presence of an intervenant and silence the alarm. A worker's timers keep their pace.
const SIGN_EVERY = 4;
const MOST_MILLISECONDS = 8000;

let csrf = "";
let ticks = 0;

async function giveSign() {
  try {
    const answer = await fetch("/console/presence", {
      method: "POST",
      headers: { "X-CSRF-Token": csrf },
      signal: AbortSignal.timeout(MOST_MILLISECONDS),
    });
    const state = answer.ok ? (await answer.json()).state : null;
    postMessage({ name: "sign", ok: answer.ok, status: answer.status, state });
  } catch {
    postMessage({ name: "sign", ok: false, status: 0, state: null });
  }
}

onmessage = (message) => {
  csrf = message.data.csrf;
  const talks = message.data.talks;
  if (talks) giveSign();
  setInterval(() => {
    ticks += 1;
    if (talks && ticks % SIGN_EVERY === 0) giveSign();
    postMessage({ name: "tick", ticks });
  }, 1000);
};
