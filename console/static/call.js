// The dialogs of a call: opened when their content has come, closed when what they ask is done. And a contact that
// has just been handed to me is shown whole, with what its owner may do.
document.body.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  if (target instanceof HTMLDialogElement && !target.open) target.showModal();
});
document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
  const dialog = detail.elt.closest("dialog");
  const done = detail.xhr.status >= 200 && detail.xhr.status < 300;
  if (dialog !== null && done && detail.requestConfig.verb === "post") dialog.close();
});
document.body.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  if (target.id !== "call") return;
  const contact = target.closest("article.contact");
  const nowMine = document.getElementById("call-state")?.dataset.mine === "yes";
  if (!nowMine || contact.dataset.mine === "yes") return;
  contact.dataset.mine = "yes";
  htmx.ajax("GET", `/console/contact/${contact.dataset.contact}`, { source: "#contact", target: "#contact", swap: "innerHTML" });
});
