// Search in the static copy. The replies lie in scripts (search/part-N.js, newest first), because a page opened from a disk may load
// nothing else; they are loaded one after another until a page of hits is full.
(function () {
  var form = document.querySelector("[data-search]");
  var list = document.querySelector("[data-results]");
  var said = document.querySelector("[data-found]");
  var more = document.querySelector("[data-more]");
  var PAGE = 20, ROUND = 40;
  var NAMES = ["kind", "area", "unit", "period"];
  var folding = window.opinionFold;
  var parts = Number(form.dataset.parts);
  var loaded = {};
  var here, wanted, shown, run = 0;

  function load(number, done) {
    if (loaded[number]) return done(loaded[number]);
    var script = document.createElement("script");
    script.src = "search/part-" + number + ".js";
    script.onload = function () { done(loaded[number] || []); };
    script.onerror = function () { said.textContent = "有一部分数据没有取到，请刷新页面再试。"; };
    document.head.append(script);
  }

  window.opinionPart = function (number, items) {
    items.forEach(function (item) { item.folded = folding.document([item.number, item.title, item.question, item.answer, item.unit]); });
    loaded[number] = items;
  };

  function fits(item) {
    return (!wanted.kind || item.kind === wanted.kind) && (!wanted.area || item.area === wanted.area) &&
      (!wanted.unit || item.unit === wanted.unit) && (!wanted.period || item.published_on.slice(0, 4) === wanted.period) &&
      !wanted.nothing && wanted.words.every(function (word) { return item.folded.indexOf(word) >= 0; });
  }

  // Where in the text the next hit begins and ends, from a place of the folded text on.
  function next(held, at) {
    var first = null;
    wanted.words.forEach(function (word) {
      var found = held.text.indexOf(word, at);
      if (found < 0 || (first && (found > first.at || (found === first.at && word.length < first.length)))) return;
      first = { at: found, length: word.length };
    });
    return first && { begin: held.from[first.at], end: held.to[first.at + first.length - 1], after: first.at + first.length };
  }

  // The text with its hits in <mark>.
  function marked(parent, text) {
    var held = folding.withOrigins(text), done = 0;
    for (var hit = next(held, 0); hit; hit = next(held, hit.after)) {
      parent.append(text.slice(done, hit.begin));
      add(parent, "mark", "").textContent = text.slice(hit.begin, hit.end);
      done = hit.end;
    }
    parent.append(text.slice(done));
  }

  // The place where the words stand, in the question or else in the answer; without one, the question's beginning.
  function gist(item) {
    var text = [item.question, item.answer].find(function (one) { return next(folding.withOrigins(one), 0); }) || item.question;
    var hit = next(folding.withOrigins(text), 0);
    var start = hit ? Math.max(0, hit.begin - ROUND / 2) : 0;
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
    var typed = (asked.get("q") || "").trim();
    form.elements.q.value = typed;
    wanted = { words: folding.words(typed) };
    wanted.nothing = typed && !wanted.words.length; // a question of marks alone finds nothing, as in the service
    NAMES.forEach(function (name) {
      var field = form.elements[name];
      field.value = asked.get(name) || "";
      if (field.selectedIndex < 0) field.value = ""; // an address anybody may have typed: what is no choice counts as not given
      wanted[name] = field.value;
    });
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
