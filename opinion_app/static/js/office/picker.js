// Units by typing: characters of the name or pinyin initials narrow a list over the plain select, which stays the form's field.
import { composing } from "../forms.js";

const plain = (words) => words.toLowerCase().replace(/\s+/g, "");
let serial = 0;

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
    this.listen();
  }

  listen() {
    this.input.addEventListener("focus", () => { this.input.select(); this.open(); });
    this.input.addEventListener("click", () => this.open());
    this.input.addEventListener("input", (event) => {
      event.stopPropagation();
      this.at = 0;
      this.open();
    });
    this.input.addEventListener("blur", () => this.close());
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
    const wanted = plain(this.input.value);
    const options = [...this.select.options].filter((option) => option.value && !(this.several && option.selected));
    const untouched = !this.several && this.select.selectedOptions[0]?.text === this.input.value;
    if (!wanted || untouched) return options;
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
      none.textContent = "没有这个单位，请换几个字试试";
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
      this.close();
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

  // Leaving the field with half a name: one match is taken, an emptied field is no unit, anything else goes back.
  close() {
    if (this.list.hidden) return;
    if (!this.several) {
      const words = this.input.value.trim();
      const now = this.select.selectedOptions[0];
      if (!words) this.select.value = "";
      else if (words !== now?.text && this.found.length === 1) this.select.value = this.found[0].value;
      if (this.select.selectedOptions[0] !== now) this.select.dispatchEvent(new Event("change", { bubbles: true }));
    }
    this.show();
    this.hide();
  }

  show() {
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

export function startPickers(root) {
  for (const select of root.querySelectorAll("select[data-picker]")) new Picker(select);
}
