// The sweep at the door with a queue: each tap is a line of a log on this phone, shown at once and
// sent when there is a network. Without this file the page works as plain forms.
(function () {
  "use strict";
  var doc = document, root = doc.getElementById("sweep"), net = doc.getElementById("sw-net"), store;
  try { store = window.localStorage; store.getItem("x"); } catch (error) { return; }
  if (!root || !store || !window.fetch || !doc.createElement("template").content) return;

  var here = root.dataset, mark = here.member + ":" + here.sweep + ":";
  var TAP = "sweep-tap:" + mark, DOORS = "sweep-doors:" + mark, BATCH = 100, MINUTE = 60000;
  var base = null, floor = null, chosen = null, up = !!doc.querySelector("[data-way=up][aria-current]");
  var state = { busy: false, offline: false, signin: false, clock: 0, said: "", full: false, leaving: false };

  // Words and pieces

  function word(name, values) {
    var found = doc.getElementById("sw-t-words").content.querySelector("[data-word='" + name + "']");
    return found.textContent.replace(/\{(\w+)\}/g, function (_all, key) { return values && key in values ? values[key] : ""; });
  }
  function piece(name) { return doc.getElementById("sw-t-" + name).content.firstElementChild.cloneNode(true); }
  function slot(node, name) { return node.querySelector("[data-slot='" + name + "']"); }
  function tag(name, text) {
    var node = doc.getElementById("sw-t-tags").content.querySelector("[data-tag='" + name + "'] > *").cloneNode(true);
    if (text) node.lastChild.textContent = text;
    return node;
  }
  function uuid() {
    if (window.crypto.randomUUID) return window.crypto.randomUUID();
    var b = window.crypto.getRandomValues(new Uint8Array(16));
    b[6] = b[6] & 15 | 64; b[8] = b[8] & 63 | 128;
    var hex = Array.from(b, function (n) { return n.toString(16).padStart(2, "0"); }).join("");
    return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
  }
  function device() {
    var id = store.getItem("sweep-device");
    if (!id) store.setItem("sweep-device", id = uuid());
    return id;
  }

  // The log: one key a line, so that two tabs never write over each other

  function keys(prefix) {
    var found = [];
    for (var i = 0; i < store.length; i++) if (store.key(i).indexOf(prefix) === 0) found.push(store.key(i));
    return found.sort();
  }
  function lines() {
    return keys(TAP).map(function (name) { var one = JSON.parse(store.getItem(name)); one.name = name; return one; });
  }
  function waiting() { return lines().filter(function (one) { return !one.state; }); }
  function next() {
    var n = (+store.getItem("sweep-sequence") || 0) + 1;
    store.setItem("sweep-sequence", n);
    return n;
  }
  function write(door, kind, data) {
    var one = { key: uuid(), door: door, kind: kind, data: data, at: Date.now(), state: "" };
    try {
      one.sequence = next();
      store.setItem(TAP + String(one.sequence).padStart(10, "0") + ":" + one.key, JSON.stringify(one));
    } catch (error) { state.full = true; draw(); return null; }
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist();
    return one;
  }
  function settle(one, fate, reason) {
    var name = one.name;
    delete one.name;
    one.state = fate; one.reason = reason || "";
    store.setItem(name, JSON.stringify(one));
  }

  // What the doors look like with the lines of this phone laid over the server's list

  function doors() {
    var all = JSON.parse(JSON.stringify(base.doors)), by = {}, said = lines().filter(function (one) { return one.state !== "refused"; });
    var gone = {};
    all.forEach(function (door) { by[door.id] = door; door.was = door.outcome; });
    said.forEach(function (one) { if (one.kind === "undo") gone[one.data.target] = true; });
    said.forEach(function (one) { if (one.kind !== "undo" && !gone[one.key] && by[one.door]) lay(by[one.door], one); });
    return all;
  }
  function lay(door, one) {
    var data = one.data;
    if (one.kind === "door") {
      if (data.outcome === "unreachable" && door.outcome === "verified") return;
      door.outcome = data.outcome;
      door.attempts += 1;
      if (data.note) door.note = data.note;
      if (data.outcome === "verified") door.people.forEach(function (person) { if (!person.found) person.found = "seen"; });
      if (data.outcome === "unreachable") door.next = "";
    } else if (one.kind === "person") {
      door.people.forEach(function (person) { if (person.id === data.resident) person.found = data.found; });
    } else if (one.kind === "new") {
      var same = door.people.find(function (person) { return person.name === data.name; });
      if (same) same.found = "seen";
      else door.people.push({ id: 0, name: data.name, presence: data.stays, where: data.stays === "temporary" ? word("temporary") : "", found: "seen" });
    }
  }
  function open(door) { return door.outcome !== "verified"; }
  function fresh(door) { return door.outcome === "unverified" && !door.attempts; }
  function walk(all) {
    var floors = [], by = {};
    all.forEach(function (door) {
      if (!by[door.key]) { by[door.key] = []; floors.push(door.key); }
      by[door.key].push(door);
    });
    if (up) floors.reverse();
    return { floors: floors, by: by };
  }
  // On the floor first, then the next floor on the way, then round; untried doors before others.
  function pick(all) {
    var way = walk(all), start = Math.max(0, way.floors.indexOf(floor)), found = null;
    if (chosen !== null) found = all.find(function (door) { return door.id === chosen; });
    [fresh, open].forEach(function (want) {
      for (var i = 0; i < way.floors.length && !found; i++)
        found = way.by[way.floors[(start + i) % way.floors.length]].find(want) || null;
    });
    return found;
  }

  // Drawing

  function draw(slide) {
    if (!base) return drawNet();
    var all = doors(), door = pick(all), before = doc.querySelector("#door .sw-number");
    before = before && before.textContent;
    if (door) floor = door.key;
    drawDoor(door, slide && before !== (door && door.number));
    drawStrip(all);
    drawList(all, door);
    drawProgress(all);
    drawUndo();
    drawNet();
  }
  function drawDoor(door, slide) {
    var old = doc.getElementById("door") || root.querySelector("[data-end]"), node;
    if (!old) { old = doc.createElement("div"); root.insertBefore(old, root.querySelector(".sw-strip")); }
    if (!door) { node = piece("done"); node.dataset.end = ""; old.replaceWith(node); return; }
    var kept = old.id === "door" && +old.dataset.id === door.id ? typed(old) : {};
    node = piece("door");
    node.dataset.id = door.id;
    node.classList.toggle("is-done", !open(door));
    slot(node, "place").textContent = word("floor", { unit: door.unit, floor: door.floor });
    if (door.attempts || !open(door)) slot(node, "place").prepend(tag(door.outcome));
    slot(node, "number").textContent = door.number;
    if (door.next && door.outcome === "unreachable") { slot(node, "next").textContent = door.next; slot(node, "next").hidden = false; }
    if (open(door)) { slot(node, "reach").hidden = false; slot(node, "reach").firstElementChild.href = here.scope.replace(/sweeps\/$/, "verifications/") + door.id + "/reach/"; }
    door.flags.forEach(function (flag) { slot(node, "flags").append(tag("care", flag)); });
    slot(node, "none").hidden = door.people.length > 0;
    door.people.forEach(function (person) { slot(node, "people").append(drawPerson(person)); });
    if (door.note) node.querySelector("#verify_note").value = door.note;
    Object.keys(kept).forEach(function (id) { var field = node.querySelector("#" + id); if (field) { field.value = kept[id]; field.closest("details").open = true; } });
    if (slide) node.classList.add("is-new");
    old.replaceWith(node);
    if (slide) window.scrollTo(0, 0);
  }
  function typed(card) {
    var found = {};
    card.querySelectorAll("#new_name, #new_phone").forEach(function (field) { if (field.value) found[field.id] = field.value; });
    var note = card.querySelector("#verify_note");
    if (note && note === doc.activeElement) found.verify_note = note.value;
    return found;
  }
  function drawPerson(person) {
    var node = piece("person"), about = [], seen = person.found === "seen";
    slot(node, "name").textContent = person.name;
    if (person.age !== null && person.age !== undefined) about.push(word("years", { n: person.age }));
    if (person.relation) about.push(person.relation);
    if (person.where && person.presence !== "inside") about.push(person.where);
    slot(node, "about").textContent = about.join(" · ");
    node.className = seen ? "is-seen" : person.found ? "is-out" : "";
    node.querySelector("button").setAttribute("aria-pressed", seen);
    if (person.found && !seen) { slot(node, "out").textContent = word(person.found); node.querySelector("summary").dataset.on = ""; }
    ["who1", "who2"].forEach(function (name) { slot(node, name).textContent = " " + person.name; });
    node.querySelectorAll("button").forEach(function (button) { button.value = person.id + ":" + button.value; });
    if (!person.id) node.querySelector("form").remove();
    return node;
  }
  function drawStrip(all) {
    var strip = root.querySelector(".sw-strip"), way = walk(all);
    if (!strip) return;
    strip.querySelectorAll("[data-floor]").forEach(function (link) {
      var own = way.by[link.dataset.floor];
      if (link.dataset.floor === floor) { link.setAttribute("aria-current", "true"); near(strip, link); } else link.removeAttribute("aria-current");
      if (own) link.querySelector("small").textContent = own.filter(open).length || "✓";
      if (own) link.classList.toggle("is-done", !own.some(open));
    });
  }
  function near(strip, link) {
    var left = link.offsetLeft - strip.offsetLeft;
    if (left < strip.scrollLeft || left + link.offsetWidth > strip.scrollLeft + strip.clientWidth) strip.scrollLeft = left - strip.clientWidth / 2;
  }
  function drawList(all, door) {
    var list = root.querySelector("[data-list]"), own = all.filter(function (one) { return one.key === floor; });
    if (!list || !own.length) return;
    list.querySelector("h2").textContent = word("floor", { unit: own[0].unit, floor: own[0].floor });
    list.querySelector(".note").textContent = "";
    var rows = list.querySelector("ul");
    rows.textContent = "";
    own.forEach(function (one) {
      var row = piece("row"), link = slot(row, "link");
      slot(row, "place").textContent = one.number;
      link.href = "?at=" + one.id; link.dataset.door = one.id;
      link.textContent = one.note || (one.attempts && open(one) ? word("tries", { n: one.attempts }) : open(one) ? word("open") : one.people.map(function (person) { return person.name; }).join(" "));
      slot(row, "tag").replaceWith(tag(one.outcome));
      row.classList.toggle("is-here", !!door && one.id === door.id);
      rows.append(row);
    });
  }
  function drawProgress(all) {
    var p = Object.assign({}, base.progress), before = {};
    base.doors.forEach(function (door) { before[door.id] = door; });
    all.forEach(function (door) {
      var old = before[door.id], known = function (one) { return one.found && one.found !== "unknown"; };
      p.done += (open(door) ? 0 : 1) - (open(old) ? 0 : 1);
      p.seen += door.people.filter(known).length - old.people.filter(known).length;
      p.people += door.people.length - old.people.length;
    });
    var whole = p.total + p.people, all100 = p.done >= p.total && p.seen >= p.people;
    var percent = all100 ? 100 : whole ? Math.min(99, Math.floor((p.done + p.seen) * 100 / whole)) : 0;
    root.querySelector("[data-progress=percent]").textContent = percent + "%";
    root.querySelector("[data-progress=words]").textContent = word("progress", p);
    root.querySelector("progress").value = percent;
  }
  function last() {
    var said = lines(), gone = {};
    said.forEach(function (one) { if (one.kind === "undo") gone[one.data.target] = true; });
    said = said.filter(function (one) { return (one.kind === "door" || one.kind === "person") && one.state !== "refused" && !gone[one.key]; });
    var one = said[said.length - 1];
    return one && Date.now() - one.at < MINUTE - 2000 && Date.now() >= one.at ? one : null;
  }
  function drawUndo() {
    var old = root.querySelector(".sw-undo"), one = last(), door = one && base.doors.find(function (row) { return row.id === one.door; });
    if (old) old.remove();
    if (!door) return;
    var node = piece("undo");
    slot(node, "words").textContent = word("takeback", { door: door.number });
    node.querySelector("button").dataset.undo = one.key;
    (doc.getElementById("door") || root.querySelector("[data-end]")).after(node);
    clearTimeout(drawUndo.timer);
    drawUndo.timer = setTimeout(drawUndo, MINUTE - (Date.now() - one.at));
  }
  function drawNet() {
    var n = waiting().length, rows = [];
    if (state.full) rows.push(["late", word("full")]);
    if (state.signin) rows.push(["late", word("signin")]);
    if (state.leaving && n) rows.push(["late", word("signout", { n: n })]);
    if (n) rows.push(["", word(state.busy ? "uploading" : "queued", { n: n }) + (state.offline ? " · " + word("offline") : "")]);
    else if (state.said) rows.push(["done", state.said + " · " + word("uploaded")]);
    if (state.clock) rows.push(["late", word("clock", { n: Math.round(Math.abs(state.clock) / 60) })]);
    net.textContent = "";
    rows.forEach(function (row) { net.append(line(row[0], row[1])); });
    lines().filter(function (one) { return one.state === "refused"; }).forEach(function (one) {
      var door = base && base.doors.find(function (row) { return row.id === one.door; });
      var node = line("late", word("refused", { door: door ? door.number : "", why: [one.reason, one.data.name, one.data.phone].filter(Boolean).join(" ") }));
      var button = doc.createElement("button");
      button.className = "btn btn-small btn-ghost"; button.dataset.dismiss = one.name; button.textContent = word("dismiss");
      node.append(button);
      net.append(node);
    });
    net.hidden = !net.childElementCount;
    net.dataset.waiting = n;
  }
  function line(kind, words) {
    var node = doc.createElement("div"), text = doc.createElement("p");
    node.className = "sw-net-line" + (kind ? " is-" + kind : "");
    text.textContent = words;
    node.append(text);
    return node;
  }

  // Sending

  function post(body) {
    var cookie = /(?:^|; )csrftoken=([^;]+)/.exec(doc.cookie);
    return timed(here.log, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", "X-CSRFToken": cookie ? cookie[1] : "" } });
  }
  function timed(url, options) {
    var stop = window.AbortController ? new AbortController() : null, timer = stop && setTimeout(function () { stop.abort(); }, 12000);
    options = Object.assign({ credentials: "same-origin", redirect: "manual", signal: stop ? stop.signal : undefined }, options);
    return fetch(url, options).then(function (answer) {
      clearTimeout(timer);
      state.signin = answer.type === "opaqueredirect" || answer.status === 403 || answer.status === 404;
      if (!answer.ok) throw new Error(answer.status);
      state.offline = false;
      return answer.json();
    }, function (error) { clearTimeout(timer); state.offline = true; throw error; });
  }
  function send() {
    var batch = waiting().slice(0, BATCH);
    if (state.busy || !batch.length) return drawNet();
    state.busy = true;
    drawNet();
    var rows = batch.map(function (one) { return { key: one.key, door: one.door, kind: one.kind, data: one.data, at: one.at, sequence: one.sequence }; });
    post({ device: device(), sent_at: Date.now(), lines: rows }).then(function (answer) {
      var by = {};
      answer.rows.forEach(function (row) { by[row.key] = row; });
      batch.forEach(function (one) { var fate = by[one.key]; if (fate) settle(one, fate.state === "refused" ? "refused" : "sent", fate.reason); });
      state.clock = answer.clock_ahead;
      state.busy = false;
      return waiting().length ? send() : load();
    }).catch(function () { state.busy = false; draw(); });
  }
  // The server's list again; what it holds by now need not be laid over it any more.
  function load() {
    var sent = lines().filter(function (one) { return one.state === "sent"; });
    var query = floor || (root.querySelector(".sw-strip [aria-current]") || { dataset: {} }).dataset.floor;
    return timed(here.doors + (query ? "?floor=" + encodeURIComponent(query) : "")).then(function (fresh) {
      if (fresh.closed) return;
      if (!fresh.doors.length) { base = null; return; }
      base = fresh;
      try { store.setItem(DOORS, JSON.stringify(fresh)); } catch (error) { state.full = true; }
      sent.forEach(function (one) { if (Date.now() - one.at > MINUTE) store.removeItem(one.name); });
      draw();
    }).catch(function () { draw(); });
  }

  // Taps

  function say(kind, form, button) {
    var card = doc.getElementById("door"), id = +card.dataset.id, number = card.querySelector(".sw-number").textContent, data;
    var fields = new FormData(form);
    if (kind === "door") data = { outcome: button.value, how: fields.get("how") || "door", note: (fields.get("note") || "").trim() };
    else if (kind === "person") { var parts = button.value.split(":"); data = { resident: +parts[0], found: parts[1] }; }
    else data = { name: fields.get("name").trim(), phone: fields.get("phone").trim(), stays: fields.get("stays") };
    if (kind === "new" && !data.name) return;
    if (!write(id, kind, data)) return;
    if (kind === "door") { chosen = null; state.said = word("said", { door: number, outcome: button.textContent.trim() }); }
    else { chosen = id; form.reset(); }
    draw(kind === "door");
    send();
  }
  doc.addEventListener("submit", function (event) {
    var form = event.target, kind = form.dataset.tap;
    if (/\/sign-out\/$/.test(form.action) && waiting().length) {
      event.preventDefault();
      state.leaving = true;
      window.scrollTo(0, 0);
      send();
      return;
    }
    if (!kind || !base) return;
    event.preventDefault();
    event.stopPropagation();
    say(kind, form, event.submitter || form.querySelector("button"));
  }, true);
  doc.addEventListener("click", function (event) {
    var hit, at = function (selector) { return event.target.closest(selector); };
    if ((hit = at("[data-undo]")) && base) {
      var target = lines().find(function (one) { return one.key === hit.dataset.undo; });
      if (target && write(target.door, "undo", { target: target.key })) { chosen = target.door; state.said = ""; draw(true); send(); }
    } else if ((hit = at("[data-dismiss]"))) { store.removeItem(hit.dataset.dismiss); draw(); }
    else if (base && (hit = at("#sweep a[data-door]"))) jump(event, base.doors.some(function (one) { return one.id === +hit.dataset.door; }), +hit.dataset.door, floor);
    else if (base && (hit = at("#sweep a[data-floor]"))) jump(event, base.doors.some(function (one) { return one.key === hit.dataset.floor; }), null, hit.dataset.floor);
  });
  function jump(event, known, door, key) {
    if (!known || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    chosen = door; floor = key;
    draw(true);
  }

  // Opening: what this phone kept at once, then what the server says

  function begin() {
    var query = new URLSearchParams(location.search), current = root.querySelector(".sw-strip [aria-current]");
    var kept = store.getItem(DOORS), card = doc.getElementById("door");
    if (kept) base = JSON.parse(kept);
    if (query.get("floor") || query.get("at")) floor = query.get("floor") || (current && current.dataset.floor);
    if (query.get("at")) chosen = card ? +card.dataset.id : +query.get("at");
    if (query.get("all") === "1") { base = null; drawNet(); send(); return; }
    if (base) draw();
    load().then(send);
    setInterval(function () { if (waiting().length && !doc.hidden) send(); }, 15000);
    window.addEventListener("online", function () { send(); });
    doc.addEventListener("visibilitychange", function () { if (!doc.hidden) send(); });
  }
  function keepShell(worker) {
    var urls = [location.pathname];
    doc.querySelectorAll("link[rel=stylesheet], script[src], link[rel=icon]").forEach(function (node) { urls.push(node.href || node.src); });
    worker.postMessage({ keep: urls });
  }
  if (navigator.serviceWorker) navigator.serviceWorker.register(here.worker, { scope: here.scope }).then(function () {
    return navigator.serviceWorker.ready;
  }).then(function (ready) { keepShell(ready.active); }).catch(function () { /* the opened page still works */ });
  begin();
})();
