/* A form with [data-find] looks for a name in a long table while somebody types: what is typed
 * rests a moment, and then stands in the address, as it would if the form were sent. */
(function () {
  "use strict";

  const REST_MS = 250;
  let resting = null;
  let typed = null;

  function address(form) {
    const target = new URL(form.getAttribute("action"), window.location.href);
    for (const [name, value] of new FormData(form)) {
      if (value.trim()) {
        target.searchParams.append(name, value);
      }
    }
    return target;
  }

  /* Who went elsewhere meanwhile is not taken back. */
  function send(form) {
    const target = address(form);
    const here = form.isConnected && target.pathname === window.location.pathname;
    if (!here || target.href === window.location.href) {
      return;
    }
    /* One step back leads to where the search began, not through every letter. */
    const { name } = field(form);
    const more = target.searchParams.has(name) && new URL(window.location.href).searchParams.has(name);
    window.history[more ? "replaceState" : "pushState"]({}, "", target);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  }

  function field(form) {
    return form.querySelector('input[type="search"]');
  }

  function listened(event) {
    const form = event.target.closest("form[data-find]");
    if (form) {
      typed = event.target.value;
      window.clearTimeout(resting);
      resting = window.setTimeout(() => send(form), REST_MS);
    }
  }

  function submitted(event) {
    const form = event.target.closest("form[data-find]");
    if (form && document.documentElement.hasAttribute("data-live")) {
      event.preventDefault();
      window.clearTimeout(resting);
      send(form);
    }
  }

  /* An answer to half a word must not take the other half away. */
  function drawn() {
    const focused = document.activeElement;
    const form = focused && focused.closest("form[data-find]");
    if (form && focused === field(form) && typed !== null && focused.value !== typed) {
      focused.value = typed;
    }
  }

  function left(event) {
    if (event.target.closest("form[data-find]")) {
      typed = null;
    }
  }

  document.addEventListener("input", listened);
  document.addEventListener("submit", submitted);
  document.addEventListener("livemaps:drawn", drawn);
  document.addEventListener("focusout", left);
})();
