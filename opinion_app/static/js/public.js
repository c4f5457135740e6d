// Public pages: reading aids, counters, a kept draft of the message. Everything works without this file.
import { startDisplayButtons } from "./display-buttons.js";
import { listenToForms, startForms } from "./forms.js";
import { startDrafts } from "./drafts.js";
import { startKeptDrafts, startSaving } from "./kept-draft.js";

startDisplayButtons();
startDrafts();
startKeptDrafts();
startSaving();
listenToForms();
startForms();
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
for (const button of document.querySelectorAll("button[data-print][hidden]")) button.hidden = false;
