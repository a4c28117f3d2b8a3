// J and K walk the queue, P takes the next person, 1 to 9 open my contacts; a button of the open call names
// its own key. Never while typing.
function entries() {
  return [...document.querySelectorAll("#entries > .entry")];
}

function walk(step) {
  const all = entries();
  if (all.length === 0) return;
  const here = all.findIndex((entry) => entry.contains(document.activeElement));
  const next = all[Math.min(Math.max(here + step, 0), all.length - 1)];
  (next.querySelector("[data-take]") || next).focus();
  next.scrollIntoView({ block: "nearest" });
}

function typing(target) {
  return target.closest("textarea, input, select, dialog[open]") !== null;
}

function buttonOf(key) {
  if (!/^[a-z]$/.test(key)) return null;
  return document.querySelector(`#contact [data-key="${key}"]:not([disabled])`);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat && /^[a-il-z]$/i.test(event.key)) return;
  if (event.key === "Escape" && event.target.id === "message") {
    document.getElementById("contact").focus();
    return;
  }
  if (typing(event.target)) return;
  const key = event.key.toLowerCase();
  if (key === "j" || key === "arrowdown" && event.target.closest(".queue")) walk(1);
  else if (key === "k" || key === "arrowup" && event.target.closest(".queue")) walk(-1);
  else if (key === "p") document.getElementById("take-next")?.click();
  else if (/^[1-9]$/.test(key)) document.querySelectorAll("#tabs .tab")[Number(key) - 1]?.click();
  else if (buttonOf(key) !== null) buttonOf(key).click();
  else return;
  event.preventDefault();
});
