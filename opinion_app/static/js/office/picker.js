// Units by typing: characters of the name or pinyin initials narrow a list over the plain select, which stays the form's field.
import { composing } from "../forms.js";

const plain = (words) => words.toLowerCase().replace(/\s+/g, "");
const pickers = new WeakMap(); // of the fields one types in
let serial = 0;
let pressed = false;

class Picker {
  constructor(select) {
    this.select = select;
    this.several = select.multiple;
    this.id = `picker-${++serial}`;
    this.at = 0;
    this.build();
    this.show();
  }

  build() {
    const { select } = this;
    this.box = document.createElement("div");
    this.box.className = "picker";
    this.chosen = document.createElement("div");
    this.chosen.className = "picker-chosen";
    this.input = document.createElement("input");
    this.input.type = "text";
    this.input.className = "input";
    this.input.autocomplete = "off";
    this.input.placeholder = this.several ? "输入名称或拼音首字母添加" : "输入名称或拼音首字母，如 czs";
    for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": this.id })) {
      this.input.setAttribute(name, value);
    }
    for (const name of ["aria-describedby", "aria-invalid", "aria-required"]) {
      if (select.hasAttribute(name)) this.input.setAttribute(name, select.getAttribute(name));
    }
    this.list = document.createElement("ul");
    this.list.className = "picker-list";
    this.list.id = this.id;
    this.list.setAttribute("role", "listbox");
    this.list.hidden = true;
    this.input.id = select.id;
    select.id = `${this.input.id}-select`;
    const label = document.querySelector(`label[for="${CSS.escape(this.input.id)}"]`);
    this.list.setAttribute("aria-label", label ? label.textContent : "单位");
    select.hidden = true;
    select.removeAttribute("data-picker");
    select.before(this.box);
    this.box.append(this.chosen, this.input, this.list, select);
    pickers.set(this.input, this);
    this.listen();
  }

  listen() {
    this.input.addEventListener("focus", () => { this.input.select(); this.open(); });
    this.input.addEventListener("click", () => this.open());
    this.input.addEventListener("input", (event) => {
      event.stopPropagation();
      this.at = 0;
      this.clear();
      this.open();
    });
    this.input.addEventListener("blur", () => this.afterPress(() => this.leave()));
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault(); // keeps the focus in the field
      const item = event.target.closest("[data-value]");
      if (item) this.choose(item.dataset.value);
    });
    this.chosen.addEventListener("click", (event) => {
      const cross = event.target.closest("button");
      if (cross) this.choose(cross.dataset.value);
    });
    this.select.form?.addEventListener("reset", () => setTimeout(() => this.show(), 0));
  }

  matches() {
    const options = [...this.select.options].filter((option) => option.value && !(this.several && option.selected));
    const untouched = !this.several && this.select.selectedOptions[0]?.text === this.input.value;
    return untouched ? options : this.fitting(options);
  }

  chosenAlready() {
    return this.several ? this.fitting([...this.select.selectedOptions]) : [];
  }

  fitting(options) {
    const wanted = plain(this.input.value);
    if (!wanted) return options;
    const rank = (option) => {
      const name = plain(option.text);
      const sounds = (option.dataset.pinyin || "").toLowerCase().split(/\s+/);
      if (name.startsWith(wanted) || sounds.some((sound) => sound.startsWith(wanted))) return 0;
      if (name.includes(wanted) || sounds.some((sound) => sound.includes(wanted))) return 1;
      return 2;
    };
    return options.map((option) => [rank(option), option]).filter(([n]) => n < 2).sort((a, b) => a[0] - b[0]).map(([, option]) => option);
  }

  open() {
    this.found = this.matches();
    this.at = Math.min(this.at, Math.max(this.found.length - 1, 0));
    this.list.replaceChildren(...this.found.map((option, n) => this.item(option, n)));
    if (!this.found.length) {
      const none = document.createElement("li");
      none.className = "nothing";
      none.textContent = this.chosenAlready().length ? "已经选上了" : "没有找到，请换几个字试试";
      this.list.append(none);
    }
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.mark();
  }

  item(option, n) {
    const line = document.createElement("li");
    line.id = `${this.id}-${n}`;
    line.dataset.value = option.value;
    line.setAttribute("role", "option");
    const name = document.createElement("span");
    name.textContent = option.text;
    const sound = document.createElement("span");
    sound.className = "pinyin";
    sound.setAttribute("aria-hidden", "true");
    sound.textContent = (option.dataset.pinyin || "").split(/\s+/)[0];
    line.append(name, sound);
    return line;
  }

  mark() {
    [...this.list.children].forEach((line, n) => line.setAttribute("aria-selected", String(n === this.at && this.found.length > 0)));
    const line = this.found.length ? this.list.children[this.at] : null;
    if (line) {
      this.input.setAttribute("aria-activedescendant", line.id);
      line.scrollIntoView({ block: "nearest" });
    } else this.input.removeAttribute("aria-activedescendant");
  }

  key(event) {
    if (composing(event)) return;
    const open = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) return this.open();
      this.at = Math.min(Math.max(this.at + (event.key === "ArrowDown" ? 1 : -1), 0), this.found.length - 1);
      this.mark();
    } else if (event.key === "Enter" && open) {
      event.preventDefault();
      if (this.found[this.at]) this.choose(this.found[this.at].value);
    } else if (event.key === "Escape" && open) {
      event.stopPropagation();
      this.hide();
    } else if (event.key === "Backspace" && this.several && !this.input.value) {
      const last = [...this.select.selectedOptions].at(-1);
      if (last) this.choose(last.value);
    }
  }

  choose(value) {
    for (const option of this.select.options) {
      if (option.value === value) option.selected = this.several ? !option.selected : true;
    }
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
    this.at = 0;
    this.show();
    if (this.several && document.activeElement === this.input) this.open();
    else this.hide();
  }

  hide() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  // Leaving the field with half a name: the one it can be is taken, of several one that is chosen already is no more to be taken,
  // an emptied field is no unit, and anything else stays as it was typed, marked: what somebody meant to choose is neither dropped
  // nor guessed.
  leave() {
    const words = this.input.value.trim();
    const now = this.select.selectedOptions[0];
    this.hide();
    if (!words) {
      this.clear();
      if (this.several || !now?.value) return;
      this.select.value = "";
      this.select.dispatchEvent(new Event("change", { bubbles: true }));
    } else if (this.several || words !== now?.text) {
      const exactly = (options) => options.filter((option) => plain(option.text) === plain(words));
      const free = this.matches();
      const chosen = this.chosenAlready();
      const meant = [exactly(free), exactly(chosen), free, chosen].find((options) => options.length) || [];
      const [one, another] = meant; // of two of one name neither is meant more
      if (one?.selected && this.several) this.show();
      else if (one && !another) this.choose(one.value);
      else this.refuse(words, free.length);
    }
  }

  // A chip or a sentence moves what is below: not while a button there is being pressed, or its click would miss it.
  afterPress(act) {
    this.hide();
    if (pressed) document.addEventListener("pointerup", () => setTimeout(act, 0), { once: true, capture: true });
    else act();
  }

  refuse(words, count) {
    this.clear();
    this.problem = document.createElement("p");
    this.problem.className = "error picker-error";
    this.problem.id = `${this.input.id}-unmatched`;
    const which = count ? `“${words}”有 ${count} 个相符，请从列表里选定一个` : `没有找到“${words}”，请从列表里选择`;
    this.problem.textContent = `${which}；不选就把这里清空。`;
    this.box.before(this.problem);
    this.box.closest(".field")?.classList.add("has-error");
    this.described = this.input.getAttribute("aria-describedby");
    this.input.setAttribute("aria-describedby", [this.problem.id, this.described].filter(Boolean).join(" "));
    this.input.setAttribute("aria-invalid", "true");
    this.input.name = `${this.select.name}-typed`; // should the form be sent all the same, the service says so too
  }

  clear() {
    if (!this.problem) return;
    this.problem.remove();
    this.problem = null;
    this.box.closest(".field")?.classList.remove("has-error");
    this.input.removeAttribute("aria-invalid");
    this.input.removeAttribute("name");
    if (this.described) this.input.setAttribute("aria-describedby", this.described);
    else this.input.removeAttribute("aria-describedby");
  }

  show() {
    this.clear();
    if (!this.several) {
      const now = this.select.selectedOptions[0];
      this.input.value = now && now.value ? now.text : "";
      return;
    }
    this.input.value = "";
    this.chosen.replaceChildren(...[...this.select.selectedOptions].map((option) => {
      const chip = document.createElement("span");
      chip.className = "chip";
      chip.textContent = option.text;
      const cross = document.createElement("button");
      cross.type = "button";
      cross.dataset.value = option.value;
      cross.setAttribute("aria-label", `去掉 ${option.text}`);
      cross.textContent = "✕";
      chip.append(cross);
      return chip;
    }));
  }
}

// Before every other listener of a submission: what is to be confirmed, held or sent is a whole form.
export function listenToPickers() {
  document.addEventListener("pointerdown", () => { pressed = true; }, true);
  for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => { pressed = false; }, true);
  document.addEventListener("submit", (event) => {
    const inside = [...event.target.elements].map((field) => pickers.get(field)).filter(Boolean);
    inside.forEach((picker) => picker.leave()); // a key may send a form while its field has the focus
    const first = inside.find((picker) => picker.problem);
    if (!first) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    first.input.focus();
    first.hide();
    first.problem.scrollIntoView({ block: "center" });
  }, true);
}

export function startPickers(root) {
  for (const select of root.querySelectorAll("select[data-picker]")) new Picker(select);
}
