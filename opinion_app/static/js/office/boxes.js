// Blacking out on the picture of a page: drag a rectangle; the field beneath keeps the numbers, so the keyboard can do the same.
const NS = "http://www.w3.org/2000/svg";
const fieldOf = (sheet) => document.getElementById(sheet.dataset.boxes);
const parts = (field) => field.value.split(/[;；\n]+/).map((part) => part.trim()).filter(Boolean);

function draw(sheet) {
  const svg = sheet.querySelector("svg");
  const boxes = parts(fieldOf(sheet)).map((part) => part.split(/[,，\s]+/).map(Number));
  svg.replaceChildren(...boxes.filter((box) => box.length === 4 && box.every(Number.isFinite)).map(rectangle));
}

function rectangle([x, y, width, height]) {
  const rect = document.createElementNS(NS, "rect");
  for (const [name, value] of Object.entries({ x, y, width, height })) rect.setAttribute(name, value);
  return rect;
}

function place(sheet, event) {
  const area = sheet.getBoundingClientRect();
  const share = (at, from, size) => Math.min(100, Math.max(0, ((at - from) / size) * 100));
  return [share(event.clientX, area.left, area.width), share(event.clientY, area.top, area.height)];
}

function between(a, b) {
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1])].map((n) => Number(n.toFixed(1)));
}

function follow(sheet) {
  let from = null;
  let shown = null;
  sheet.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    from = place(sheet, event);
    shown = sheet.querySelector("svg").appendChild(rectangle([...from, 0, 0]));
    sheet.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  sheet.addEventListener("pointermove", (event) => {
    if (!from) return;
    const fresh = rectangle(between(from, place(sheet, event)));
    shown.replaceWith(fresh);
    shown = fresh;
  });
  sheet.addEventListener("pointerup", (event) => {
    if (!from) return;
    const box = between(from, place(sheet, event));
    from = null;
    if (box[2] >= 0.5 && box[3] >= 0.3) change(sheet, [...parts(fieldOf(sheet)), box.join(",")]);
    else draw(sheet);
  });
  sheet.addEventListener("pointercancel", () => {
    from = null;
    draw(sheet);
  });
}

function change(sheet, boxes) {
  const field = fieldOf(sheet);
  field.value = boxes.join("; ");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

export function startBoxes(root) {
  for (const sheet of root.querySelectorAll("[data-boxes]")) {
    follow(sheet);
    fieldOf(sheet).addEventListener("input", () => draw(sheet));
    draw(sheet); // what the field holds already: kept by the browser, or typed before this script came
    const undo = root.querySelector(`[data-undo-box="${sheet.dataset.boxes}"]`);
    undo.hidden = false;
    undo.addEventListener("click", () => change(sheet, parts(fieldOf(sheet)).slice(0, -1)));
  }
}
