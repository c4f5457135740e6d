// Sharing a page: by the device's own sheet where there is one, else the address is copied; no other host is asked.
// A plain script, because the pages of the static copy use it too, and one opened from a disk loads no modules.
(function () {
  function say(button, words) {
    button.parentElement.querySelector("[data-share-said]").textContent = words;
  }

  async function share(button) {
    const url = document.querySelector("meta[name=Url]")?.content || location.href;
    try {
      if (navigator.share) {
        await navigator.share({ title: document.title, url });
      } else {
        await navigator.clipboard.writeText(url);
        say(button, "网址已复制，可以粘贴给别人。");
      }
    } catch (refused) {
      if (refused.name !== "AbortError") say(button, `没有复制成功，请从地址栏复制：${url}`);
    }
  }

  for (const button of document.querySelectorAll("button[data-share]")) {
    if (!navigator.share && !navigator.clipboard) continue; // neither is there on plain http: the address bar serves
    button.hidden = false;
    button.addEventListener("click", () => share(button));
  }
})();
