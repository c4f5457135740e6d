// The message a citizen is writing is kept on this device for a week, so that a lost connection or a closed page costs nothing.
// Title, text and place alone, never a name or contact data; a line says so and deletes on demand. Without storage the form works all the same.
const WEEK = 7 * 24 * 3600 * 1000;
const keyOf = (form) => `kept:${form.dataset.keep}`;
const KEPT = ["title", "body", "place"];
const texts = (form) => KEPT.map((name) => form.elements.namedItem(name)).filter(Boolean);

function shelf(act) {
  try {
    return act(localStorage);
  } catch (refused) {
    return null;
  }
}

function forget(form) {
  shelf((s) => s.removeItem(keyOf(form)));
}

function kept(form) {
  try {
    const found = JSON.parse(shelf((s) => s.getItem(keyOf(form))) || "null");
    if (found && Date.now() - found.at < WEEK) return found.values;
  } catch (broken) {
    // What cannot be read is as good as not there.
  }
  forget(form);
  return null;
}

function save(form, line) {
  const values = Object.fromEntries(texts(form).map((field) => [field.name, field.value]));
  const done = shelf((s) => {
    s.setItem(keyOf(form), JSON.stringify({ at: Date.now(), values }));
    return true;
  });
  if (done) say(line, "已保存在这台设备上。");
}

function say(line, words) {
  line.querySelector("[data-keep-said]").textContent = words;
}

function restore(form, line) {
  const values = kept(form);
  if (!values || form.querySelector('[aria-invalid="true"]')) return;
  const lost = texts(form).filter((field) => values[field.name] && !field.value);
  for (const field of lost) {
    field.value = values[field.name];
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (lost.length) say(line, "已恢复上次没有提交的文字。");
}

function clear(form, line) {
  forget(form);
  for (const field of texts(form)) {
    field.value = "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  forget(form);
  say(line, "草稿已删除。");
}

export function startKeptDrafts() {
  if (document.querySelector("[data-drop-kept]")) shelf((s) => s.removeItem(`kept:${document.querySelector("[data-drop-kept]").dataset.dropKept}`));
  for (const form of document.querySelectorAll("form[data-keep]")) {
    const line = form.querySelector("[data-keep-line]");
    restore(form, line);
    form.addEventListener("input", (event) => {
      if (texts(form).includes(event.target)) save(form, line);
    });
    line.querySelector("button").addEventListener("click", () => clear(form, line));
    form.addEventListener("submit", (event) => {
      if (navigator.onLine) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      save(form, line);
      say(line, "现在没有联网，还没有提交。文字已保存在这台设备上，联网后请再点“提交留言”。");
      line.scrollIntoView({ block: "center" });
    }, true);
    addEventListener("online", () => say(line, "网络已恢复，可以提交了。"));
    addEventListener("offline", () => say(line, "网络断开了。可以接着写，文字保存在这台设备上。"));
  }
}

// The receipt as a text file, made in the browser: the code is nowhere else.
export function startSaving() {
  for (const button of document.querySelectorAll("button[data-save]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob(["\ufeff" + button.dataset.save.replace(/\\n/g, "\r\n")], { type: "text/plain" }));
      link.download = button.dataset.saveName;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    });
  }
}
