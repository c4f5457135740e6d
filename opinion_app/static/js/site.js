// The pages of the static copy: reading aids and printing, as one plain script, because a page opened from a disk loads no modules.
(function () {
  var NAMES = ["large", "contrast", "elder"];
  var root = document.documentElement;

  function show() {
    document.querySelectorAll("[data-display]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(root.classList.contains(button.dataset.display)));
    });
  }

  function remember() {
    try {
      localStorage.setItem("display", NAMES.filter(function (name) { return root.classList.contains(name); }).join(" "));
    } catch (refused) {
      // Without storage the choice holds for this page only.
    }
  }

  document.querySelectorAll("button[data-print]").forEach(function (part) { part.hidden = false; });
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-print]")) window.print();
    var button = event.target.closest("[data-display]");
    if (!button) return;
    var on = root.classList.toggle(button.dataset.display);
    if (on && button.dataset.display === "elder") root.classList.remove("large");
    if (on && button.dataset.display === "large") root.classList.remove("elder");
    remember();
    show();
  });
  show();
})();
