/* The server's addresses. The token travels in a header only. */

const ANSWER_WITHIN = 15000;

export class Refusal extends Error {
  constructor(status, message, retryAfter) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

export class Door {
  constructor(server, memory) {
    this.base = `${server.replace(/\/$/, "")}/chat`;
    this.memory = memory;
  }

  texts(line) {
    return this.ask("GET", `/texts?line=${encodeURIComponent(line)}`);
  }

  async open(line) {
    const opened = await this.ask("POST", "/sessions", { line });
    this.memory.token = opened.token;
    return opened;
  }

  post({ kind, clientId, text }) {
    if (kind === "person") return this.ask("POST", "/person", { client_id: clientId });
    return this.ask("POST", "/messages", { client_id: clientId, text });
  }

  turns(after) {
    return this.ask("GET", `/turns?after=${after}`);
  }

  /* `keepalive` lets it go out while the page closes; nothing can be done about a failure then. */
  async leave() {
    if (!this.memory.token) return;
    const headers = this.headers();
    try {
      await fetch(`${this.base}/leave`, { method: "POST", headers, body: "{}", keepalive: true });
    } catch {
      /* the server sees by itself, after a while, that nobody is there */
    }
  }

  stream(after, signal) {
    const headers = { ...this.headers(), Accept: "text/event-stream" };
    if (after >= 0) headers["Last-Event-ID"] = String(after);
    return fetch(`${this.base}/stream`, { headers, signal, cache: "no-store" });
  }

  headers() {
    const headers = { "Content-Type": "application/json" };
    if (this.memory.token) headers.Authorization = `Bearer ${this.memory.token}`;
    return headers;
  }

  async ask(method, path, content) {
    const cut = new AbortController();
    const timer = setTimeout(() => cut.abort(), ANSWER_WITHIN);
    try {
      const response = await fetch(this.base + path, {
        method,
        headers: this.headers(),
        body: content && JSON.stringify(content),
        signal: cut.signal,
        cache: "no-store",
      });
      const answer = await response.json();
      if (response.ok) return answer;
      throw new Refusal(response.status, answer.message || "", Number(response.headers.get("Retry-After")) || 0);
    } finally {
      clearTimeout(timer);
    }
  }
}
