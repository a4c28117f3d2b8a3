/* What is shown when the server gives not even its texts. The same numbers as in panne.html. */

export const LAST_RESORT = {
  words: {
    title: "Clavardage",
    emergency: "Urgence : 911",
    down_title: "Le clavardage ne répond pas en ce moment",
    down: "Des personnes répondent à ces numéros.",
  },
  numbers: [
    { label: "Urgence", number: "911", href: "tel:911" },
    { label: "Info-Social", number: "811, option 2", href: "tel:811" },
    { label: "Prévention du suicide", number: "1 866 277-3553", href: "tel:+18662773553" },
  ],
};
