// Pages without a frame: sign-in, errors, papers for printing.
import { listenToForms, startForms } from "./forms.js";
import { startDrafts } from "./drafts.js";

startDrafts();
listenToForms();
startForms();
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
