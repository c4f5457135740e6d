// The office pages: each part starts itself once and again on whatever htmx swaps in.
import { startDisplayButtons } from "./display-buttons.js";
import { startDrafts } from "./drafts.js";
import { listenToForms, startForms } from "./forms.js";
import { startBoxes } from "./office/boxes.js";
import { startConfirm } from "./office/confirm.js";
import { startKeys } from "./office/keys.js";
import { listenToMasking, startMasking } from "./office/mask.js";
import { startMenus } from "./office/menus.js";
import { startPanel } from "./office/panel.js";
import { listenToPickers, startPickers } from "./office/picker.js";
import { startRows } from "./office/rows.js";
import { startToasts } from "./office/toast.js";

startDisplayButtons();
listenToPickers();
startConfirm(); // before the guard against double submission: an act not yet confirmed is not submitted
startDrafts();
listenToForms();
startMenus();
startRows();
startKeys();
startToasts();
listenToMasking();
startPanel((part) => {
  startMasking(part);
  startPickers(part);
  startForms(part);
});
startPickers(document);
startBoxes(document);
startMasking(document);
startForms(document);
