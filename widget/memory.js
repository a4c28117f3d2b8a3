/* What survives a reload: the token and what is not sent yet, for this tab only.
   A browser that refuses storage still chats, until the page is reloaded. */

export class Memory {
  constructor(line) {
    this.prefix = `relais:${line}:`;
    this.fallback = new Map();
  }

  get token() {
    return this.read("token");
  }

  set token(value) {
    this.write("token", value);
  }

  get pending() {
    try {
      return JSON.parse(this.read("pending")) || [];
    } catch {
      return [];
    }
  }

  set pending(items) {
    this.write("pending", items.length ? JSON.stringify(items) : null);
  }

  read(key) {
    try {
      return sessionStorage.getItem(this.prefix + key);
    } catch {
      return this.fallback.get(key) || null;
    }
  }

  write(key, value) {
    try {
      if (value === null) sessionStorage.removeItem(this.prefix + key);
      else sessionStorage.setItem(this.prefix + key, value);
    } catch {
      this.fallback.set(key, value);
    }
  }
}
