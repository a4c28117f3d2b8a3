/* The parts of the window, empty, in their order of reading and of focus. */

export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made && name !== "part") made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

export function frame() {
  const parts = {
    demo: element("p", { className: "demo", hidden: true }),
    title: element("h2", { className: "title", id: "title" }),
    emergency: element("a", { className: "emergency", href: "tel:911" }),
    person: element("button", { className: "ask-person", type: "button", hidden: true }),
    log: element("div", { className: "log", role: "log", tabIndex: 0, "aria-live": "polite" }),
    thinking: element("p", { className: "thinking", hidden: true }),
    panel: element("section", { className: "panel", hidden: true, "aria-labelledby": "panel-title" }),
    state: element("p", { className: "state", role: "status" }),
    offline: element("p", { className: "offline", role: "status" }),
    label: element("label", { className: "label", htmlFor: "message" }),
    message: element("textarea", { id: "message", rows: 1, autocomplete: "off", enterKeyHint: "send" }),
    send: element("button", { className: "send", type: "submit" }),
    leave: element("button", { className: "leave", type: "button", hidden: true }),
  };
  parts.middle = element("div", { className: "middle" }, parts.log, parts.thinking, parts.panel);
  parts.form = element("form", { className: "form", hidden: true }, parts.label, parts.message, parts.send);
  parts.root = element(
    "section",
    { className: "window", "aria-labelledby": "title", lang: "fr-CA" },
    parts.demo,
    element("header", { className: "header" }, parts.title, parts.emergency, parts.person),
    parts.middle,
    parts.state,
    parts.offline,
    parts.form,
    parts.leave,
  );
  return parts;
}

/* The numbers to call, each a link wide enough for a thumb. */
export function numberList(numbers) {
  const links = numbers.map(({ label, number, href }) =>
    element(
      "li",
      {},
      element(
        "a",
        { href },
        element("span", { className: "number-label" }, label),
        " ",
        element("strong", {}, number),
      ),
    ),
  );
  return element("ul", { className: "numbers" }, ...links);
}
