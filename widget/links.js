/* Turns a text into nodes: numbers and addresses become links, all the rest stays text, never HTML. */

const LINKS = new RegExp(
  [
    "(?<web>https://[^\\s<>\"«»]*[^\\s<>\"«».,;:!?)])",
    "(?<long>\\b1[ \\u00a0-]8\\d\\d[ \\u00a0-]\\d{3}[ \\u00a0-]\\d{4}\\b)",
    "(?<letters>\\b1[ \\u00a0]866[ \\u00a0]APPELLE(?: \\(277-3553\\))?)",
    "(?<short>\\b(?:911|811|211|511)\\b(?!-?\\d))",
    "(?<texto>\\b535353\\b)",
    "(?<domain>\\b[a-z0-9-]+(?:\\.[a-z0-9-]+)*\\.(?:ca|com|co|info|org)\\b(?:/[a-z0-9/-]*[a-z0-9])?)",
  ].join("|"),
  "gu",
);

/* `domains`: in our own texts, « suicide.ca » is an address; in a person's words a forgotten space is not. */
export function withLinks(text, domains = false) {
  const nodes = [];
  let at = 0;
  for (const found of text.matchAll(LINKS)) {
    if (found.groups.domain && !domains) continue;
    nodes.push(document.createTextNode(text.slice(at, found.index)), linkOf(found));
    at = found.index + found[0].length;
  }
  nodes.push(document.createTextNode(text.slice(at)));
  return nodes;
}

function linkOf({ 0: shown, groups }) {
  const link = document.createElement("a");
  link.textContent = shown;
  if (groups.web || groups.domain) {
    link.href = groups.web || `https://${shown}`;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
  } else if (groups.texto) link.href = `sms:${shown}`;
  else if (groups.letters) link.href = "tel:+18662773553";
  else link.href = groups.long ? `tel:+${shown.replace(/\D/g, "")}` : `tel:${shown}`;
  return link;
}

/* French typography: a sign that follows a space is never alone at the start of a line. */
export function typeset(text) {
  return text.replace(/ ([:;!?»])/g, "\u00a0$1").replace(/« /g, "«\u00a0");
}
