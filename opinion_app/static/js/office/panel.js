// The place where an act opens on the case page itself: #act-panel. Closing it keeps what was typed as a draft.
const panel = () => document.getElementById("act-panel");
let opener = null;

export function closePanel() {
  if (!panel()?.firstElementChild) return;
  panel().replaceChildren();
  opener?.focus();
}

function arrive() {
  const place = panel();
  const first = place.querySelector('[data-focus], [aria-invalid="true"], h2');
  first?.focus({ preventScroll: true });
  const box = place.getBoundingClientRect();
  if (box.top < 60 || box.top > window.innerHeight * 0.6) place.scrollIntoView({ block: "start" });
}

export function startPanel(enhance) {
  document.addEventListener("htmx:beforeRequest", (event) => {
    const link = event.target.closest?.('[hx-target="#act-panel"]:not(form)');
    if (link) opener = link.closest("details.menu")?.querySelector("summary") || link;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    enhance(event.target);
    if (event.target === panel()) arrive();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-act-close]") || !panel()?.contains(event.target)) return;
    event.preventDefault();
    closePanel();
  });
}
