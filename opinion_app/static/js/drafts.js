// Unsaved text is kept in this browser tab until the form has gone through, so that nothing typed is lost.
// Forms name their draft in data-draft; what another person typed in the same tab is never shown.
const PREFIX = "draft:";
const owner = () => document.body.dataset.person || "public";

function store(act) {
  try {
    return act(sessionStorage);
  } catch (refused) {
    return null; // storage is off or full: the form works, only without this safety net
  }
}

const keyOf = (form) => `${PREFIX}${owner()}:${form.dataset.draft}`;
const SEEN = "version as read";
const seen = (form) => form.elements.namedItem("version")?.value || "";
const texts = (form) => [...form.elements].filter((field) => field.name && field.matches("textarea, input[type=text], input[type=search], input:not([type])"));

function save(form) {
  const values = Object.fromEntries(texts(form).map((field) => [field.name, field.value]));
  values[SEEN] = seen(form);
  store((s) => s.setItem(keyOf(form), JSON.stringify(values)));
}

function forget(key) {
  store((s) => s.removeItem(key));
}

function note(form, key, stale) {
  const line = document.createElement("p");
  line.className = "draft-note";
  line.setAttribute("role", "status");
  line.append(stale ? "已恢复上次没有提交的文字。其间这里已有更新，提交前请先核对。" : "已恢复上次没有提交的文字。");
  const clear = document.createElement("button");
  clear.type = "button";
  clear.textContent = "不要了";
  clear.addEventListener("click", () => {
    forget(key);
    form.reset();
    line.remove();
    texts(form).forEach((field) => field.dispatchEvent(new Event("input", { bubbles: true })));
    forget(key);
  });
  line.append(clear);
  form.prepend(line);
}

function restore(form) {
  const key = keyOf(form);
  const kept = store((s) => s.getItem(key));
  if (!kept) return;
  const values = JSON.parse(kept);
  const lost = texts(form).filter((field) => values[field.name] && values[field.name] !== field.value);
  const echoed = form.querySelector('[aria-invalid="true"]');
  if (!lost.length || echoed) return; // the server has given everything back itself
  for (const field of lost) {
    field.value = values[field.name];
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  note(form, key, values[SEEN] !== seen(form));
}

// A whole-page submission went through when it ended in a redirect to an ordinary page, or when the page says so.
// Anything else (an error page, a lost connection, a sign-in in between) proves nothing: the text is kept.
function settle() {
  const pending = JSON.parse(store((s) => s.getItem("drafts-sent")) || "[]");
  forget("drafts-sent");
  const failed = document.querySelector('.error-summary, [aria-invalid="true"], .flashes .notice.error, body.plain-page');
  const redirected = performance.getEntriesByType("navigation")[0]?.redirectCount > 0;
  const done = document.querySelector(".flashes .notice.success, .receipt, [data-drop-drafts]") || (redirected && !failed);
  if (done) pending.forEach(forget);
}

export function keepDrafts(root) {
  for (const form of root.querySelectorAll("form[data-draft]")) restore(form);
}

export function startDrafts() {
  settle();
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-draft]");
    if (form) save(form);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-sign-out]")) store((s) => s.clear());
    if (event.defaultPrevented || !form.matches("form[data-draft]")) return;
    const sent = JSON.parse(store((s) => s.getItem("drafts-sent")) || "[]");
    store((s) => s.setItem("drafts-sent", JSON.stringify([...sent, keyOf(form)])));
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest("form[data-draft]"); // the form itself may be gone from the page by now
    if (!form) return;
    // htmx leaves `successful` unset when the answer is a redirect, and that is how an act that went through answers
    const status = event.detail.xhr.status;
    if (status >= 200 && status < 400) forget(keyOf(form));
  });
}
