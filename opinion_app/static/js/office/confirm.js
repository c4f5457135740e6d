// An act with data-confirm says what will happen and asks first. Without scripts the act goes straight through.
const dialog = () => document.getElementById("confirm");
const asker = (event) => [event.submitter, event.target].find((element) => element?.dataset?.confirm);

function ask(source, yes) {
  const box = dialog();
  box.querySelector("[data-confirm-words]").textContent = source.dataset.confirm;
  const agree = box.querySelector("[data-confirm-yes]");
  agree.textContent = source.dataset.confirmAct || source.textContent.trim();
  agree.onclick = () => {
    box.close();
    yes();
  };
  box.querySelector("[data-confirm-no]").onclick = () => box.close();
  box.showModal();
}

export function startConfirm() {
  document.addEventListener("submit", (event) => {
    const source = asker(event);
    if (!source || event.target.dataset.agreed) {
      delete event.target.dataset.agreed;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(source, () => {
      event.target.dataset.agreed = "1";
      event.target.requestSubmit(event.submitter);
    });
  }, true);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-confirm]");
    if (!link || link.hasAttribute("hx-get")) return;
    event.preventDefault();
    ask(link, () => window.location.assign(link.href));
  });
}
