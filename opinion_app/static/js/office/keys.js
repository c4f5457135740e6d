// Keyboard triage: / search, j k Enter x on worklists, ? the list of keys, Esc back.
import { composing } from "../forms.js";
import { closeMenus } from "./menus.js";
import { closePanel } from "./panel.js";
import { currentRow, moveRow, openRow, toggleRow } from "./rows.js";

const typing = (element) => element.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], dialog[open]");

const KEYS = {
  "/": () => document.querySelector("[data-search]")?.focus(),
  "?": () => document.getElementById("keys").showModal(),
  j: () => moveRow(1),
  k: () => moveRow(-1),
  x: () => toggleRow(),
};

function escape(event) {
  if (typing(event.target)?.matches("[data-search]")) event.target.blur();
  else if (!closeMenus() && !typing(event.target)) closePanel();
}

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || composing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") return escape(event);
    if (typing(event.target)) return;
    if (event.key === "Enter") {
      if (currentRow() && !event.target.closest("a, button, summary, input")) openRow(currentRow());
      return;
    }
    const act = KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
