// Passkeys: a button asks our server for a challenge, the browser for an answer, and posts a plain form.
// The pages work without this file, by password; the buttons stay hidden where the browser has no passkeys.
(function () {
  "use strict";
  var doc = document;
  if (!window.PublicKeyCredential || !navigator.credentials) return;

  function bytes(text) {
    var plain = text.replace(/-/g, "+").replace(/_/g, "/");
    return Uint8Array.from(atob(plain + "===".slice((plain.length + 3) % 4)), function (one) { return one.charCodeAt(0); });
  }
  function text(buffer) {
    var all = "";
    new Uint8Array(buffer).forEach(function (one) { all += String.fromCharCode(one); });
    return btoa(all).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }
  function opened(options) {
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    ["allowCredentials", "excludeCredentials"].forEach(function (name) {
      (options[name] || []).forEach(function (one) { one.id = bytes(one.id); });
    });
    return options;
  }
  function closed(credential) {
    var response = {}, answer = credential.response;
    ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"].forEach(function (name) {
      if (answer[name]) response[name] = text(answer[name]);
    });
    if (answer.getTransports) response.transports = answer.getTransports();
    return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response: response, clientExtensionResults: {} });
  }

  function ask(form) {
    var button = form.querySelector("[data-passkey]"), out = form.querySelector("output");
    button.disabled = true;
    out.textContent = form.dataset.wait;
    fetch(form.dataset.options, {
      method: "POST",
      credentials: "same-origin",
      headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
    }).then(function (answer) {
      if (answer.redirected) { location.assign(answer.url); throw new Error("elsewhere"); }
      if (!answer.ok) throw new Error(answer.status);
      return answer.json();
    }).then(function (options) {
      var wanted = { publicKey: opened(options) };
      return options.user ? navigator.credentials.create(wanted) : navigator.credentials.get(wanted);
    }).then(function (credential) {
      form.elements.answer.value = closed(credential);
      form.submit();
    }).catch(function (error) {
      button.disabled = false;
      if (error.message === "elsewhere") return;
      // The person closed the browser's own window, or there is no passkey for this site on this device.
      out.textContent = error.name === "InvalidStateError" ? form.dataset.known : form.dataset.failed;
    });
  }

  doc.querySelectorAll("form[data-options]").forEach(function (form) {
    form.hidden = false;
    form.addEventListener("submit", function (event) { event.preventDefault(); ask(form); });
  });
  doc.querySelectorAll("[data-no-passkeys]").forEach(function (one) { one.hidden = true; });
})();
