// The few sentences that the scripts say, given by the page.
export const words = JSON.parse(document.body.dataset.words);
export const csrf = document.body.dataset.csrf;
export const talks = document.body.dataset.talks === "yes";
