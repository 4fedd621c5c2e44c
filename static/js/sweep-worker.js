// Keeps the shell of an opened sweep for a stair without a network: the page and its own styles and
// scripts, nothing else. The network comes first; what is kept is for half a day and goes at sign-out.
"use strict";
var KEPT = "sweep-shell", HALF_A_DAY = 12 * 3600 * 1000, PATIENCE = 5000;
var PAGE = /^\/c\/[^/]+\/sweeps\/\d+\/$/;

self.addEventListener("install", function () { self.skipWaiting(); });
self.addEventListener("activate", function (event) { event.waitUntil(self.clients.claim()); });

function keyOf(url) { return url.origin + url.pathname; }
function mine(url) { return url.origin === self.location.origin; }

function keep(url, answer) {
  return caches.open(KEPT).then(function (cache) { return cache.put(keyOf(url), answer); });
}
function forget(url) {
  return caches.open(KEPT).then(function (cache) { return cache.delete(keyOf(url)); });
}
function kept(url) {
  return caches.open(KEPT).then(function (cache) { return cache.match(keyOf(url)); }).then(function (answer) {
    var at = answer && Date.parse(answer.headers.get("Date"));
    if (answer && PAGE.test(url.pathname) && at && Date.now() - at > HALF_A_DAY) return forget(url).then(function () { return Response.error(); });
    return answer || Response.error();
  });
}

self.addEventListener("message", function (event) {
  var wanted = (event.data && event.data.keep) || [];
  event.waitUntil(Promise.all(wanted.map(function (text) {
    var url = new URL(text, self.location.origin);
    if (!mine(url) || !(PAGE.test(url.pathname) || url.pathname.indexOf("/static/") === 0)) return null;
    return fetch(keyOf(url), { credentials: "same-origin" }).then(function (answer) {
      if (answer.ok && !answer.redirected) return keep(url, answer);
      return null;
    }).catch(function () { return null; });
  })));
});

function slow(promise) {
  return new Promise(function (done, fail) {
    setTimeout(function () { fail(new Error("slow")); }, PATIENCE);
    promise.then(done, fail);
  });
}

self.addEventListener("fetch", function (event) {
  var request = event.request, url = new URL(request.url);
  if (request.method !== "GET" || !mine(url)) return;
  var page = request.mode === "navigate" && PAGE.test(url.pathname);
  if (!page && url.pathname.indexOf("/static/") !== 0) return;
  event.respondWith(slow(fetch(request)).then(function (answer) {
    // Signed out, or no member any more: what was kept is no longer theirs to see.
    if (page && (answer.type === "opaqueredirect" || answer.redirected || answer.status === 404)) event.waitUntil(forget(url));
    else if (answer.ok && (!page || !url.search)) event.waitUntil(keep(url, answer.clone()));
    return answer;
  }).catch(function () { return kept(url); }));
});
