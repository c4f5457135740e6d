// Short messages at the lower edge: from the server by the event "toast" ({text, kind}), and when a swap fails.
const WORDS = {
  0: "网络不通，内容没有提交。请检查网络后再试，您填写的内容都还在。",
  400: "页面打开太久，请刷新后再试。您填写的内容都还在。",
  401: "登录已过期，请重新登录。您填写的内容都还在。",
  403: "您没有办理这一步的权限。",
  404: "没有找到这一件，可能已被并案或不在您的查看范围内。",
  413: "附件太大，请压缩或拆分后再传。",
  429: "操作太频繁，请过一会儿再试。",
  503: "系统正在忙，请稍候再试。",
};
const OTHER = "系统出了问题，这一步没有完成。请稍后再试，您填写的内容都还在。";

export function toast(text, kind = "info") {
  const place = document.getElementById("toasts");
  const box = document.createElement("div");
  box.className = `toast ${kind}`;
  const words = document.createElement("span");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.setAttribute("aria-label", "关闭提示");
  close.textContent = "✕";
  close.addEventListener("click", () => box.remove());
  box.append(words, close);
  place.append(box);
  if (kind !== "error") setTimeout(() => box.remove(), 6000); // an error stays until it is read
}

export function startToasts() {
  let waiting = 0;
  let timer = 0;
  const busy = (step) => {
    waiting = Math.max(0, waiting + step);
    clearTimeout(timer);
    if (!waiting) document.documentElement.classList.remove("is-loading");
    else timer = setTimeout(() => document.documentElement.classList.add("is-loading"), 400);
  };
  document.addEventListener("toast", (event) => toast(event.detail.text, event.detail.kind));
  document.addEventListener("htmx:beforeSend", () => busy(1));
  document.addEventListener("htmx:afterRequest", () => busy(-1));
  document.addEventListener("htmx:responseError", (event) => toast(WORDS[event.detail.xhr.status] || OTHER, "error"));
  document.addEventListener("htmx:sendError", () => toast(WORDS[0], "error"));
  document.addEventListener("htmx:timeout", () => toast(WORDS[0], "error"));
}
