// Small enhancements. Every page works without this file.
(function () {
  "use strict";
  var doc = document;
  function each(selector, act, root) { (root || doc).querySelectorAll(selector).forEach(act); }
  function say(words) {
    var live = doc.getElementById("live"), toast = doc.getElementById("toast");
    if (live) live.textContent = words;
    if (!toast) return;
    toast.textContent = words;
    clearTimeout(say.timer);
    say.timer = setTimeout(function () { toast.textContent = ""; }, 4000);
  }

  // Clock: the server's wall time plus what has passed here, so a wrong phone clock does not matter.
  var loadedAt = Date.now();
  function tick() {
    each("[data-clock]", function (clock) {
      if (!clock.base) {
        var t = /T(\d\d):(\d\d):(\d\d)/.exec(clock.dataset.clock);
        if (!t) return;
        clock.base = t[1] * 3600 + t[2] * 60 + +t[3];
        clock.from = clock.from || (doc.readyState === "loading" ? loadedAt : Date.now());
      }
      var s = Math.floor(clock.base + (Date.now() - clock.from) / 1000) % 86400;
      var parts = [s / 3600, s % 3600 / 60].concat("seconds" in clock.dataset ? [s % 60] : []);
      var text = parts.map(function (n) { return String(Math.floor(n)).padStart(2, "0"); }).join(":");
      if (clock.textContent !== text) clock.textContent = text;
    });
  }
  setInterval(tick, 1000);

  // Copy to the clipboard; in a webview without the API the text is selected for a long press.
  function copy(button) {
    var box = doc.getElementById(button.dataset.copy), words = box.value || box.textContent;
    var done = function () { say(button.dataset.done); };
    if (navigator.clipboard) return navigator.clipboard.writeText(words).then(done, function () { box.select(); });
    box.select();
    if (doc.execCommand("copy")) done();
  }

  // Quantity: two buttons around a number field.
  function step(button) {
    var field = button.closest("[data-qty]").querySelector("input");
    var before = field.value;
    if (button.dataset.step > 0) field.stepUp(); else field.stepDown();
    if (field.value !== before) field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // Drawer: a home's file slides in; the link stays a link without htmx.
  var drawer = doc.getElementById("drawer"), opener = null;
  function openDrawer(link) {
    var url = link.getAttribute("href");
    opener = link;
    mark(link);
    drawer.querySelector("[data-drawer-full]").href = url;
    if (!drawer.open) { if (window.innerWidth < 760) drawer.showModal(); else drawer.show(); }
    htmx.ajax("GET", url, { target: "#drawer-body", swap: "innerHTML show:none" }).then(function () {
      drawer.scrollTop = 0;
      doc.getElementById("drawer-body").focus({ preventScroll: true });
    });
  }
  function mark(link) {
    each(".c.is-open", function (cell) { cell.classList.remove("is-open"); });
    if (link && link.classList.contains("c")) link.classList.add("is-open");
  }
  if (drawer) {
    drawer.addEventListener("close", function () { mark(null); if (opener) opener.focus({ preventScroll: true }); });
    doc.addEventListener("keydown", function (event) { if (event.key === "Escape" && drawer.open) drawer.close(); });
  }

  // Search box: arrow keys walk through what was found, Escape puts the list away.
  function found(event) {
    var form = event.target.closest("[data-search]");
    if (!form) return;
    var box = form.querySelector(".found"), links = Array.from(box.querySelectorAll("a[href]"));
    var step = { ArrowDown: 1, ArrowUp: -1 }[event.key], at = links.indexOf(doc.activeElement) + step;
    if (event.key === "Escape") { box.textContent = ""; form.querySelector("input").focus(); }
    if (!step || !links.length) return;
    event.preventDefault();
    (at < 0 ? form.querySelector("input") : links[Math.min(at, links.length - 1)]).focus();
  }
  doc.addEventListener("keydown", found);
  doc.addEventListener("click", function (event) {
    if (!event.target.closest("[data-search]")) each("[data-search] .found", function (box) { box.textContent = ""; });
  });

  // Stacking plan: one tab stop, arrow keys walk between the homes.
  function walk(event) {
    var here = event.target.closest(".sp a.c"), move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!here || !move) return;
    var from = here.getBoundingClientRect(), best = null, least = Infinity;
    each("a.c", function (other) {
      if (other === here) return;
      var box = other.getBoundingClientRect(), dx = box.left - from.left, dy = box.top - from.top;
      var along = move[0] ? dx * move[0] : dy * move[1], aside = Math.abs(move[0] ? dy : dx);
      if (along > 2 && (move[0] ? aside < 2 : true) && along * 4 + aside < least) { least = along * 4 + aside; best = other; }
    }, here.ownerSVGElement);
    event.preventDefault();
    if (best) { here.setAttribute("tabindex", "-1"); best.removeAttribute("tabindex"); best.focus(); }
  }
  doc.addEventListener("keydown", walk);
  doc.addEventListener("keydown", function (event) {
    if (event.key === "Escape") each("details[data-menu][open]", function (menu) { menu.open = false; menu.firstElementChild.focus(); });
  });

  // What takes long says so and is sent once; a page that the browser kept comes back at rest.
  var busy = [];
  function work(mark, form, words, seconds) {
    busy.push({ mark: mark, form: form, was: Array.from(mark.childNodes) });
    mark.classList.add("is-busy");
    mark.replaceChildren(words);
    doc.getElementById("live").textContent = words;
    setTimeout(rest, seconds * 1000);
  }
  function rest() {
    busy.splice(0).forEach(function (one) {
      one.mark.classList.remove("is-busy");
      one.mark.replaceChildren.apply(one.mark, one.was);
    });
    // Some browsers remember across a reload that a button was disabled.
    each("form[data-busy]", function (form) { Array.from(form.elements).forEach(function (one) { if (one.type === "submit") one.disabled = false; }); });
  }
  function atWork(mark) { return busy.some(function (one) { return one.mark === mark || one.form === mark; }); }
  doc.addEventListener("submit", function (event) {
    var form = event.target, words = form.dataset.busy, button = event.submitter;
    if (!words || event.defaultPrevented) return;
    if (atWork(form)) { event.preventDefault(); return; }
    if (!button) return;
    work(button, form, words, 60);
    setTimeout(function () { button.disabled = true; }); // at once it would not be sent along
  });
  window.addEventListener("pageshow", rest);

  doc.addEventListener("click", function (event) {
    var at = function (selector) { return event.target.closest(selector); }, hit;
    var plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
    if ((hit = at("a[data-drawer]")) && drawer && window.htmx && plain) { event.preventDefault(); openDrawer(hit); }
    else if ((hit = at("a[data-busy]")) && plain) { if (atWork(hit)) event.preventDefault(); else work(hit, null, hit.dataset.busy, hit.dataset.busyFor || 60); }
    else if ((hit = at("[data-copy]"))) copy(hit);
    else if ((hit = at("[data-step]"))) step(hit);
    else if (at("[data-print]")) window.print();
    each("details[data-menu][open]", function (menu) { if (!menu.contains(event.target)) menu.open = false; });
  });

  // File drop: a file let go over the box lands in its plain file input.
  function names(box) {
    var input = box.querySelector("input"), out = box.querySelector("output");
    out.textContent = Array.from(input.files).map(function (file) { return file.name; }).join(", ");
  }
  ["dragover", "dragleave", "drop"].forEach(function (kind) {
    doc.addEventListener(kind, function (event) {
      var box = event.target.closest && event.target.closest("[data-drop]");
      if (!box) return;
      event.preventDefault();
      box.classList.toggle("is-over", kind === "dragover");
      if (kind === "drop" && event.dataTransfer.files.length) {
        box.querySelector("input").files = event.dataTransfer.files;
        names(box);
      }
    });
  });
  doc.addEventListener("change", function (event) { var box = event.target.closest("[data-drop]"); if (box) names(box); });

  // Nothing jumps when a poll returns: the plan keeps its scroll, its focus and its open home.
  var kept = null;
  function keep(target) {
    if (!target.querySelector || !target.querySelector(".stack-view")) return;
    var open = target.querySelector(".c.is-open"), here = doc.activeElement;
    kept = {
      views: Array.from(target.querySelectorAll(".stack-view"), function (view) { return [view.scrollTop, view.scrollLeft]; }),
      open: open && open.getAttribute("href"),
      focus: target.contains(here) && here.closest(".sp") && here.getAttribute("href"),
    };
  }
  function restore(root) {
    var views = root.querySelectorAll ? root.querySelectorAll(".stack-view") : [];
    if (!kept || !views.length) return false;
    views.forEach(function (view, index) {
      var was = kept.views[index];
      if (was) { view.scrollTop = was[0]; view.scrollLeft = was[1]; }
    });
    each("a.c, a.fl-a", function (cell) {
      var href = cell.getAttribute("href"), seen = cell.getClientRects().length;
      if (href === kept.open) cell.classList.add("is-open");
      if (href === kept.focus && seen) { cell.removeAttribute("tabindex"); cell.focus({ preventScroll: true }); }
    }, root);
    kept = null;
    return true;
  }

  // On a phone the day begins at now, and stays where a thumb has moved it.
  var dayAt = null;
  doc.addEventListener("scroll", function (event) { if (event.target.className === "dayline") dayAt = event.target.scrollLeft; }, true);

  // What a fresh piece of page needs.
  function dress(root) {
    each("[data-copy][hidden], [data-step][hidden], [data-print][hidden]", function (button) { button.hidden = false; }, root);
    each("[data-stack] .sp:not(.stack-pin)", function (plan) {
      each("a.c", function (cell, index) { if (index) cell.setAttribute("tabindex", "-1"); }, plan);
    }, root);
    if (!restore(root)) each(".stack-phone", function (view) {
      var now = view.querySelector(".is-now");
      if (now && view.scrollHeight > view.clientHeight) view.scrollTop += now.getBoundingClientRect().top - view.getBoundingClientRect().top - view.clientHeight / 2;
    }, root);
    each(".dayline", function (line) {
      var now = line.querySelector(".cur");
      if (dayAt !== null) line.scrollLeft = dayAt;
      else if (now && line.scrollWidth > line.clientWidth) line.scrollLeft += now.getBoundingClientRect().left - line.getBoundingClientRect().left - line.clientWidth / 2;
    }, root);
    var summary = (root || doc).querySelector("[data-focus]");
    if (summary) summary.focus();
    tick();
  }
  dress(doc);

  doc.body.addEventListener("htmx:load", function (event) { if (event.detail.elt !== doc.body) dress(event.detail.elt); });
  // A poll rests while nobody looks and never takes a field away from under typing hands.
  function polls(elt) { return /(^|,\s*)every /.test((elt && elt.getAttribute && elt.getAttribute("hx-trigger")) || ""); }
  doc.body.addEventListener("htmx:beforeRequest", function (event) { if (doc.hidden && polls(event.detail.elt)) event.preventDefault(); });
  doc.body.addEventListener("htmx:beforeSwap", function (event) {
    var detail = event.detail, here = doc.activeElement;
    if (polls(detail.requestConfig.elt) && detail.target.contains(here) && here.matches("input, textarea, select")) { detail.shouldSwap = false; return; }
    keep(detail.target);
    if (detail.target.id !== "drawer-body" || detail.serverResponse.indexOf("<main") < 0) return;
    var page = new DOMParser().parseFromString(detail.serverResponse, "text/html").querySelector("main");
    if (page) detail.serverResponse = page.innerHTML;
  });
  function failed() { say(doc.getElementById("toast").dataset.failed); }
  doc.body.addEventListener("htmx:sendError", failed);
  doc.body.addEventListener("htmx:responseError", function (event) { if (event.detail.requestConfig.verb !== "get") failed(); });

  // Signing out takes along what this phone keeps of a sweep for stairs without a network; lines that
  // were not uploaded yet stay for the next sign-in of the same person.
  doc.addEventListener("submit", function (event) {
    if (event.defaultPrevented || !/\/sign-out\/$/.test(event.target.action)) return;
    if (window.caches) caches.delete("sweep-shell");
    try {
      Object.keys(localStorage).forEach(function (key) { if (key.indexOf("sweep-doors:") === 0) localStorage.removeItem(key); });
    } catch (error) { /* storage is closed to this page: nothing was kept */ }
  });
})();
