// Worklists: a whole row opens its case, j and k move, ticks gather rows for the bulk bar.
const rows = () => [...document.querySelectorAll("[data-worklist] tr[data-href]")];

export const currentRow = () => document.querySelector("[data-worklist] tr.is-current");

export function openRow(row, aside = false) {
  if (aside) window.open(row.dataset.href, "_blank", "noopener");
  else window.location.assign(row.dataset.href);
}

export function moveRow(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(currentRow());
  const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  all[at]?.classList.remove("is-current");
  next.classList.add("is-current");
  next.querySelector(".title a, a")?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

export function toggleRow() {
  currentRow()?.querySelector("[data-select]")?.click();
}

function countTicks() {
  const bar = document.querySelector("[data-bulk]");
  const ticks = [...document.querySelectorAll("[data-select]")];
  const on = ticks.filter((tick) => tick.checked);
  ticks.forEach((tick) => tick.closest("tr").classList.toggle("is-selected", tick.checked));
  const all = document.querySelector("[data-select-all]");
  if (all) {
    all.checked = on.length > 0 && on.length === ticks.length;
    all.indeterminate = on.length > 0 && on.length < ticks.length;
  }
  if (!bar) return;
  bar.hidden = on.length === 0;
  bar.querySelector("[data-bulk-count]").textContent = on.length;
}

function tickAll(on) {
  document.querySelectorAll("[data-select]").forEach((tick) => { tick.checked = on; });
  countTicks();
}

function click(event) {
  if (event.target.closest("[data-bulk-clear]")) return tickAll(false);
  const row = event.target.closest("tr[data-href]");
  if (!row || event.target.closest("a, button, input, label, summary, .tick")) return;
  if (String(window.getSelection())) return; // words are being marked for copying
  openRow(row, event.ctrlKey || event.metaKey || event.button === 1);
}

export function startRows() {
  const here = document.querySelector(".tabs [aria-current]"); // on a phone the views do not fit beside each other
  if (here) here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.offsetLeft - 16;
  document.addEventListener("click", click);
  document.addEventListener("auxclick", (event) => event.button === 1 && click(event));
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-select-all]")) tickAll(event.target.checked);
    else if (event.target.matches("[data-select]")) countTicks();
  });
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest("[data-worklist] tr[data-href]");
    if (!row || row === currentRow()) return;
    currentRow()?.classList.remove("is-current");
    row.classList.add("is-current");
  });
  window.addEventListener("pageshow", countTicks);
}
