// The sum while typing, and the time left by the server's clock. The page works without this file.
(function () {
  "use strict";
  var doc = document, cart = doc.getElementById("cart"), sum = doc.querySelector("[data-sum]");
  function whole(text) {
    var plain = text.replace(/[０-９]/g, function (c) { return String.fromCharCode(c.charCodeAt(0) - 0xfee0); }).trim();
    return /^\d{1,6}$/.test(plain) ? +plain : 0;
  }
  function fen(value) {
    var yuan = Math.floor(value / 100).toLocaleString("en-US"), rest = value % 100;
    return "¥" + yuan + (rest ? "." + String(rest).padStart(2, "0") : "");
  }
  function add() {
    var total = 0;
    doc.querySelectorAll("[data-price]").forEach(function (one) {
      total += +one.dataset.price * whole(doc.getElementById(one.dataset.of).value);
    });
    sum.textContent = fen(total);
  }
  if (cart && sum) { cart.addEventListener("input", add); cart.addEventListener("change", add); add(); }

  var left = doc.querySelector("[data-left]"), from = Date.now();
  function tick() {
    var s = Math.max(0, +left.dataset.left - Math.floor((Date.now() - from) / 1000));
    left.textContent = [s / 3600, s % 3600 / 60, s % 60].map(function (n, at) {
      return at ? String(Math.floor(n)).padStart(2, "0") : Math.floor(n);
    }).join(":");
  }
  if (left && +left.dataset.left < 86400) { tick(); setInterval(tick, 1000); }
})();
