// How this person likes to read (large text, high contrast, 适老): set on <html> before the first paint.
(function () {
  document.documentElement.classList.add("script"); // what needs scripts is drawn at once, so that nothing moves later
  try {
    (localStorage.getItem("display") || "").split(" ").filter(Boolean).forEach(function (name) {
      document.documentElement.classList.add(name);
    });
  } catch (refused) {
    // Storage is switched off in this browser: pages simply show in the ordinary way.
  }
})();
