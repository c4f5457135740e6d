// How the search of the static copy compares texts: the same rule as the service's own (opinion_app/search/bigrams.py), which a test holds
// it to. Width, case, accents, wrapping and invisible characters do not count; a query is words parted by spaces or punctuation.
(function () {
  var BREAK = "|", MAX_QUERY = 200, MAX_WORDS = 10;
  var DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58";
  var LINE_ENDS = "\n\r\v\f\u0085\u2028\u2029";
  var WRAP = /([^\x00-\x7f])[ \t]*\n[ \t\n]*(?=[^\x00-\x7f])/g;
  var WORD = /(?:[0-9a-z](?:[-_./:@#&+=%?]{1,3}(?=[0-9a-z]))?|[^\x00-\x7f])+/g;
  var known = {};

  function part(character) {
    if (/[\p{Mn}\p{Cf}]/u.test(character)) return "";
    if (/[\s\p{Cc}\p{Cs}]/u.test(character)) return " ";
    return /[\x00-\x7f\p{L}\p{N}]/u.test(character) ? character : BREAK;
  }

  function character(one) {
    if (DASHES.indexOf(one) >= 0) return "-";
    if (LINE_ENDS.indexOf(one) >= 0) return "\n";
    var bare = one.normalize("NFKD").replace(/\p{Mn}/gu, "").normalize("NFKC").toLowerCase();
    return Array.from(bare, part).join("");
  }

  // The folded text; of each of its places where in the original it begins (`from`) and ends (`to`).
  function withOrigins(text) {
    var folded = "", from = [], to = [], at = 0;
    for (var one of text) {
      if (!(one in known)) known[one] = character(one);
      for (var place = 0; place < known[one].length; place++) { from.push(at); to.push(at + one.length); }
      folded += known[one];
      at += one.length;
    }
    var wraps = [], found;
    WRAP.lastIndex = 0;
    while ((found = WRAP.exec(folded))) wraps.unshift([found.index + 1, WRAP.lastIndex]);
    wraps.forEach(function (wrap) {
      folded = folded.slice(0, wrap[0]) + folded.slice(wrap[1]);
      from.splice(wrap[0], wrap[1] - wrap[0]);
      to.splice(wrap[0], wrap[1] - wrap[0]);
    });
    return { text: folded, from: from, to: to };
  }

  function fold(text) {
    return withOrigins(text).text;
  }

  window.opinionFold = {
    fold: fold,
    withOrigins: withOrigins,
    document: function (texts) { return texts.filter(Boolean).map(fold).join(BREAK); },
    words: function (query) {
      var words = fold(query.slice(0, 4 * MAX_QUERY)).slice(0, MAX_QUERY).match(WORD) || [];
      return Array.from(new Set(words)).slice(0, MAX_WORDS);
    },
  };
})();
