// Forms everywhere: counters on long texts, no double submission, no Enter while a Chinese word is being typed.
import { keepDrafts } from "./drafts.js";

export const composing = (event) => event.isComposing || event.keyCode === 229;

function count(field) {
  const place = document.getElementById(field.id + "-count");
  if (!place) return;
  const limit = Number(field.dataset.limit);
  const length = [...field.value.replace(/\r\n?/g, "\n")].length;
  place.textContent = length > limit ? `已写 ${length} 字，超出 ${length - limit} 字` : `已写 ${length} 字，最多 ${limit} 字`;
  place.classList.toggle("over", length > limit);
}

// By form.elements, which knows buttons that stand outside their form too.
const submits = (form) => [...form.elements].filter((element) => element.type === "submit" && !element.disabled);

function release(form) {
  delete form.dataset.busy;
  for (const button of [...form.elements].filter((element) => element.dataset.wasOn)) {
    button.disabled = false;
    button.removeAttribute("aria-busy");
    button.removeAttribute("data-was-on");
  }
}

function hold(event) {
  const form = event.target;
  if (!form.matches("[data-once]")) return;
  if (form.dataset.busy) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.dataset.busy = "1";
  // After the event, so that the pressed button's own value is still sent.
  setTimeout(() => {
    for (const button of submits(form)) {
      button.dataset.wasOn = "1";
      button.disabled = true;
      button.setAttribute("aria-busy", "true");
    }
  }, 0);
  // A download or a lost connection leaves the page standing: let it be tried again. The one-time key keeps it single.
  setTimeout(() => release(form), 10000);
}

// Put a prepared text (an outline) behind what is already written.
function insert(button) {
  const field = document.getElementById(button.dataset.insert);
  const words = document.getElementById(button.dataset.from)?.textContent;
  if (!field || !words || field.value.includes(words)) return field?.focus();
  field.value = [field.value.trimEnd(), words].filter(Boolean).join("\n\n");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

export function startForms(root = document) {
  for (const button of root.querySelectorAll("[data-insert]")) button.hidden = false;
  for (const field of root.querySelectorAll("[data-limit]")) count(field);
  for (const summary of root.querySelectorAll("[data-focus]")) summary.focus();
  keepDrafts(root);
}

export function listenToForms() {
  document.addEventListener("input", (event) => event.target.dataset?.limit && count(event.target));
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-insert]");
    if (button) insert(button);
  });
  document.addEventListener("submit", hold, true); // before htmx, which listens on the form itself
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Enter" || !field.form) return;
    if (composing(event)) return field.tagName === "INPUT" ? event.preventDefault() : undefined;
    if (field.tagName === "TEXTAREA" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      const ends = field.form.querySelector('.form-actions button[type="submit"]:not(:disabled)'); // not a tool further up
      (ends || submits(field.form)[0])?.click(); // as if pressed: its question before the act is asked too
    }
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-busy]").forEach(release));
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest("form[data-busy]");
    if (form) release(form);
  });
}
