// Search in the static copy. The replies lie in scripts (search/part-N.js, newest first), because a page opened from a disk may load
// nothing else; they are loaded one after another until a page of hits is full.
(function () {
  var form = document.querySelector("[data-search]");
  var list = document.querySelector("[data-results]");
  var said = document.querySelector("[data-found]");
  var more = document.querySelector("[data-more]");
  var PAGE = 20, ROUND = 40;
  var parts = Number(form.dataset.parts);
  var loaded = {};
  var here, wanted, shown, run = 0;

  function fold(text) {
    return text.normalize("NFKC").toLowerCase();
  }

  function load(number, done) {
    if (loaded[number]) return done(loaded[number]);
    var script = document.createElement("script");
    script.src = "search/part-" + number + ".js";
    script.onload = function () { done(loaded[number] || []); };
    script.onerror = function () { said.textContent = "有一部分数据没有取到，请刷新页面再试。"; };
    document.head.append(script);
  }

  window.opinionPart = function (number, items) {
    items.forEach(function (item) { item.folded = fold([item.title, item.question, item.answer, item.unit, item.number].join("\n")); });
    loaded[number] = items;
  };

  function fits(item) {
    return (!wanted.kind || item.kind === wanted.kind) && (!wanted.area || item.area === wanted.area) &&
      (!wanted.unit || item.unit === wanted.unit) && (!wanted.year || item.answered_on.slice(0, 4) === wanted.year) &&
      wanted.words.every(function (word) { return item.folded.indexOf(word) >= 0; });
  }

  // The text with its hits in <mark>; folding may change lengths, so only texts it leaves as long as they were are marked.
  function marked(parent, text) {
    var folded = fold(text), at = 0;
    if (folded.length !== text.length) return parent.append(text);
    while (at < text.length) {
      var next = -1, length = 0;
      wanted.words.forEach(function (word) {
        var found = folded.indexOf(word, at);
        if (found >= 0 && (next < 0 || found < next || (found === next && word.length > length))) { next = found; length = word.length; }
      });
      if (next < 0) break;
      parent.append(text.slice(at, next));
      add(parent, "mark", "").textContent = text.slice(next, next + length);
      at = next + length;
    }
    parent.append(text.slice(at));
  }

  function gist(item) {
    var text = wanted.words.some(function (word) { return fold(item.question).indexOf(word) >= 0; }) || !wanted.words.length ? item.question : item.answer;
    text = text.replace(/\s+/g, " ");
    var hit = Math.max(0, Math.min.apply(null, wanted.words.map(function (word) { return fold(text).indexOf(word); }).filter(function (at) { return at >= 0; }).concat(text.length)));
    var start = hit === text.length ? 0 : Math.max(0, hit - ROUND / 2);
    return (start ? "…" : "") + text.slice(start, start + 90) + (start + 90 < text.length ? "…" : "");
  }

  function add(parent, name, className) {
    var made = document.createElement(name);
    if (className) made.className = className;
    parent.append(made);
    return made;
  }

  function card(item) {
    var row = add(list, "li", "reply-card");
    var link = add(add(row, "h2", ""), "a", "");
    link.href = item.href;
    marked(link, item.title);
    marked(add(row, "p", "gist"), gist(item));
    var facts = add(row, "p", "facts-line");
    add(facts, "span", "badge").textContent = item.kind_label;
    if (item.left_out) add(facts, "span", "badge").textContent = "部分公开";
    add(facts, "span", "").textContent = item.unit;
    add(facts, "span", "low").textContent = "来信 " + item.asked_on;
    add(facts, "span", "").textContent = "答复 " + item.answered_on;
  }

  function go(mine) {
    if (mine !== run) return;
    if (here.part > parts) return end(false);
    load(here.part, function (items) {
      if (mine !== run) return;
      while (here.item < items.length) {
        if (shown.page === PAGE) return end(true);
        var item = items[here.item++];
        if (fits(item)) { card(item); shown.page++; shown.all++; }
      }
      here = { part: here.part + 1, item: 0 };
      go(mine);
    });
  }

  function end(left) {
    more.hidden = !left;
    said.textContent = left ? "已列出最新的 " + shown.all + " 件，还有更多。" : shown.all ? "共找到 " + shown.all + " 件。" : "没有找到符合条件的答复。换一个更短的词，或去掉筛选再试。";
  }

  function start() {
    var asked = new URLSearchParams(location.search);
    ["q", "kind", "area", "unit", "year"].forEach(function (name) { form.elements[name].value = asked.get(name) || ""; });
    wanted = { words: fold(asked.get("q") || "").split(/\s+/).filter(Boolean) };
    ["kind", "area", "unit", "year"].forEach(function (name) { wanted[name] = form.elements[name].value; });
    here = { part: 1, item: 0 };
    shown = { page: 0, all: 0 };
    said.textContent = "正在查找……";
    go(++run);
  }

  more.addEventListener("click", function () {
    shown.page = 0;
    go(++run);
  });
  start();
})();
