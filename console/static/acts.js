// While an act of mine is on its way, the open contact is not fetched again: the answer to the act says what has
// become of it, and a refusal to read it any longer would come first. And what leaves the page asks nothing more.
let underWay = 0;
let heldBack = false;

const shows = (elt) => elt.id === "call" || elt.id?.startsWith("live-") === true;

function over() {
  underWay -= 1;
  if (underWay > 0 || !heldBack) return;
  heldBack = false;
  document.body.dispatchEvent(new CustomEvent("relais:refresh"));
}

document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.requestConfig.verb !== "get" || underWay === 0 || !shows(event.detail.elt)) return;
  heldBack = true;
  event.preventDefault();
});
// Counted by the request itself: the button that sent it may be gone before the answer comes.
document.body.addEventListener("htmx:beforeSend", ({ detail }) => {
  if (detail.requestConfig.verb !== "post") return;
  underWay += 1;
  detail.xhr.addEventListener("loadend", over, { once: true });
});
document.body.addEventListener("htmx:beforeCleanupElement", ({ target }) => {
  if (shows(target)) htmx.trigger(target, "htmx:abort");
});
