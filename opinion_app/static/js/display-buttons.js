// The buttons 大字, 高对比, 适老: they switch a class on <html> and remember it in this browser.
const NAMES = ["large", "contrast", "elder"];
const root = document.documentElement;

function remember() {
  try {
    localStorage.setItem("display", NAMES.filter((name) => root.classList.contains(name)).join(" "));
  } catch (refused) {
    // Without storage the choice holds for this page only.
  }
}

function show() {
  for (const button of document.querySelectorAll("[data-display]")) {
    button.setAttribute("aria-pressed", String(root.classList.contains(button.dataset.display)));
  }
}

export function startDisplayButtons() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-display]");
    if (!button) return;
    const on = root.classList.toggle(button.dataset.display);
    if (on && button.dataset.display === "elder") root.classList.remove("large");
    if (on && button.dataset.display === "large") root.classList.remove("elder");
    remember();
    show();
  });
  show();
}
