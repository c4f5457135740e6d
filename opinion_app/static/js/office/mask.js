// The masking desk: what is selected in an original goes into the field of things to mask; typing it there does the same.
const originOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest(".original");

function chosen() {
  const selection = document.getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const origin = originOf(range.startContainer);
  if (!origin || origin !== originOf(range.endContainer)) return null;
  const part = range.cloneContents();
  for (const serial of part.querySelectorAll("sup")) serial.remove();
  const words = part.textContent.trim();
  return words ? { origin, words } : null;
}

function offer() {
  const now = chosen();
  for (const button of document.querySelectorAll("[data-mask-selection]")) {
    button.disabled = !now || now.origin.id !== button.dataset.maskSelection;
  }
}

function add(button) {
  const now = chosen();
  const field = document.getElementById(button.dataset.into);
  if (!now || !field) return;
  const lines = field.value.split("\n").map((line) => line.trim()).filter(Boolean);
  const fresh = now.words.split("\n").map((line) => line.trim()).filter((line) => line && !lines.includes(line));
  field.value = [...lines, ...fresh].join("\n");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  document.getSelection().removeAllRanges();
  const told = document.getElementById(button.dataset.told);
  if (told) told.textContent = `已加入“还要遮盖的文字”：${fresh.join("、") || now.words}。重新预览后生效。`;
}

export function startMasking(root) {
  for (const button of root.querySelectorAll("[data-mask-selection]")) button.hidden = false;
}

export function listenToMasking() {
  document.addEventListener("selectionchange", offer);
  document.addEventListener("mousedown", (event) => {
    if (event.target.closest?.("[data-mask-selection]")) event.preventDefault(); // keep the selection
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-mask-selection]");
    if (button) add(button);
  });
}
