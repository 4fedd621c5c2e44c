// Typing a sheet back in: a key fills its row and moves on, arrows walk, Enter is the next row.
(function () {
  "use strict";
  var form = document.getElementById("type");
  if (!form) return;
  var rows = Array.from(form.querySelectorAll(".sh-key:not([disabled])"));
  function go(from, step) {
    var to = rows[rows.indexOf(from) + step];
    if (to) { to.focus(); to.select(); }
  }
  form.addEventListener("keydown", function (event) {
    var here = event.target;
    if (rows.indexOf(here) < 0) return;
    var step = { ArrowDown: 1, ArrowUp: -1, Enter: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    go(here, step);
  });
  form.addEventListener("input", function (event) {
    var here = event.target;
    if (rows.indexOf(here) < 0 || !here.value) return;
    // A full-width digit of a Chinese keyboard is the same key.
    here.value = here.value.normalize("NFKC");
    if (form.dataset.keys.indexOf(here.value) < 0) { here.setAttribute("aria-invalid", "true"); here.select(); return; }
    here.removeAttribute("aria-invalid");
    go(here, 1);
  });
  (rows.find(function (one) { return one.getAttribute("aria-invalid"); }) || rows[0] || form).focus();
})();
