"use strict";
(() => {
  const root = document.getElementById("phone");
  const kinds = JSON.parse(root.dataset.kinds);
  const states = JSON.parse(root.dataset.states);
  const byId = (id) => document.getElementById(id);
  const log = byId("log");
  const words = byId("words");
  const whileCalling = [byId("hang-up"), byId("keypad"), words, byId("speak"), byId("silence"), byId("microphone")];
  const kindsWithWords = new Set(["voix", "intervenant", "autre", "soi", "alerte"]);
  let current = null;

  const address = (call, what) => `/demo/telephone/calls/${encodeURIComponent(call)}/${what}`;
  const post = (url, body) =>
    fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

  function show(state, calling) {
    byId("state").textContent = state;
    byId("call").disabled = calling;
    byId("line").disabled = calling;
    for (const control of whileCalling) control.disabled = !calling;
  }

  function write(thing) {
    const entry = document.createElement("p");
    entry.className = kindsWithWords.has(thing.kind) ? thing.kind : "note";
    if (kindsWithWords.has(thing.kind)) {
      const who = document.createElement("span");
      who.className = "who";
      who.textContent = kinds[thing.kind];
      entry.append(who, thing.cut ? `${thing.text} ${root.dataset.cut}` : thing.text);
    } else {
      entry.textContent = kinds[thing.kind];
    }
    log.append(entry);
    log.scrollTop = log.scrollHeight;
  }

  function showStanding(standing) {
    const lines = [];
    if (standing.waiting) lines.push(states.file);
    if (standing.held) lines.push(states.attente);
    if (standing.silent) lines.push(states.muet);
    for (const member of standing.members) {
      const marks = [member.held && root.dataset.held, member.muted && root.dataset.muted].filter(Boolean);
      lines.push(marks.length ? `${member.who} (${marks.join(", ")})` : member.who);
    }
    if (standing.members.length < 2) lines.push(states.seul);
    const written = lines.join("\n");
    const list = byId("standing");
    if (list.dataset.written === written) return;
    list.dataset.written = written;
    list.replaceChildren(...lines.map((line) => {
      const item = document.createElement("li");
      item.textContent = line;
      return item;
    }));
  }

  async function follow(call) {
    let after = 0;
    let failures = 0;
    while (current === call) {
      try {
        const response = await fetch(`${address(call, "heard")}?after=${after}`);
        if (!response.ok) throw new Error(String(response.status));
        const news = await response.json();
        failures = 0;
        if (current !== call) return;
        news.heard.forEach(write);
        after = news.next;
        showStanding(news.standing);
        if (news.over && news.heard.length === 0) return finish(root.dataset.ended);
      } catch {
        failures += 1;
        if (failures >= 5) return finish(root.dataset.failed);
        await new Promise((resume) => setTimeout(resume, 1000));
      }
    }
  }

  function finish(state) {
    current = null;
    showStanding({ waiting: false, held: false, silent: false, members: [] });
    show(state, false);
    byId("call").focus();
  }

  async function call() {
    byId("call").disabled = true;
    log.replaceChildren();
    try {
      const response = await post("/demo/telephone/calls", { line: byId("line").value });
      if (!response.ok) return finish(response.status === 409 ? root.dataset.busy : root.dataset.failed);
      current = (await response.json()).call;
      show(root.dataset.running, true);
      byId("keypad").querySelector("button").focus();
      follow(current);
    } catch {
      finish(root.dataset.failed);
    }
  }

  async function act(name, value = "") {
    if (!current) return;
    try {
      await post(address(current, "acts"), { act: name, value });
    } catch {
      byId("state").textContent = root.dataset.failed;
    }
  }

  function speak() {
    const said = words.value.trim();
    if (!said) return;
    words.value = "";
    act("speech", said);
    words.focus();
  }

  function offerMicrophone() {
    const Recognition = window.SpeechRecognition || window.webkitSpeechRecognition;
    if (!Recognition) return;
    const button = byId("microphone");
    const label = button.textContent;
    button.hidden = false;
    button.addEventListener("click", () => {
      const recognition = new Recognition();
      recognition.lang = "fr-CA";
      recognition.onresult = (event) => act("speech", event.results[0][0].transcript);
      recognition.onend = () => { button.textContent = label; };
      button.textContent = root.dataset.listening;
      recognition.start();
    });
  }

  byId("call").addEventListener("click", call);
  byId("hang-up").addEventListener("click", () => act("hang_up"));
  byId("outside").addEventListener("change", async (event) => {
    const chosen = event.target.closest("[data-number]");
    if (!chosen) return;
    try {
      const response = await post("/demo/telephone/outside", { number: chosen.dataset.number, behaviour: chosen.value });
      if (!response.ok) throw new Error(String(response.status));
    } catch {
      byId("state").textContent = root.dataset.failed;
    }
  });
  byId("silence").addEventListener("click", () => act("silence"));
  byId("keypad").addEventListener("click", (event) => {
    const key = event.target.closest("[data-key]");
    if (key) act("key", key.dataset.key);
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target === words || event.target === byId("line");
    if (current && !typing && !event.ctrlKey && !event.metaKey && !event.altKey && /^[0-9*#]$/.test(event.key)) {
      act("key", event.key);
    }
  });
  byId("speech").addEventListener("submit", (event) => { event.preventDefault(); speak(); });
  words.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); speak(); }
  });
  window.addEventListener("pagehide", () => {
    if (!current) return;
    const body = new Blob([JSON.stringify({ act: "hang_up", value: "" })], { type: "application/json" });
    navigator.sendBeacon(address(current, "acts"), body);
  });
  offerMicrophone();
})();
