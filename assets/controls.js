/* Controls change the address, and nothing else: callbacks follow the address.
 *
 * Links with [data-nav] and native controls with [data-param] are handled here for the whole
 * document, so that what callbacks draw needs no handlers of its own. */
(function () {
  "use strict";

  const SINGLE = new Set(["measure", "layer", "order", "from", "to", "apart", "table", "theme", "with", "compare"]);
  const DEFAULTS = { measure: "open", order: "newest" };
  const VIEW_ONLY = new Set(["layer", "table", "theme", "lang", "with", "compare"]);
  const REST_MS = 250;

  /* Until the page is live nobody listens; what was typed and unfolded is handed over then. */
  function tell(store, data) {
    if ("live" in document.documentElement.dataset) {
      window.dash_clientside.set_props(store, { data });
    }
  }

  function go(href) {
    const target = new URL(href, window.location.href);
    if (target.href === window.location.href) {
      return;
    }
    const samePage = target.pathname === window.location.pathname;
    window.history.pushState({}, "", target);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    if (!samePage && !target.hash) {
      window.scrollTo(0, 0);
    }
  }

  function changed(query, control) {
    const { param } = control.dataset;
    const ticked = control.type === "checkbox";
    if (SINGLE.has(param)) {
      query.delete(param);
      const value = ticked && !control.checked ? "" : control.value;
      if (value && value !== DEFAULTS[param]) {
        query.set(param, value);
      }
    } else {
      const others = query.getAll(param).filter((value) => value !== control.value);
      query.delete(param);
      others.forEach((value) => query.append(param, value));
      if (control.checked) {
        query.append(param, control.value);
      }
    }
    if (!VIEW_ONLY.has(param)) {
      query.delete("page");
    }
    return query;
  }

  function set(param, value) {
    const query = new URLSearchParams(window.location.search);
    query.delete(param);
    if (value) {
      query.set(param, value);
    }
    go(`${window.location.pathname}?${query}`);
  }

  /* From within another page the way leads to the whole one, in a tab of its own. */
  function outside(href) {
    const whole = new URL(href, window.location.href);
    whole.searchParams.delete("embed");
    window.open(whole, "_blank", "noopener");
  }

  function followed(event) {
    const anchor = event.target.closest("a[data-nav]");
    const special = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (!anchor || special || event.button !== 0 || event.defaultPrevented) {
      return;
    }
    event.preventDefault();
    if (document.documentElement.hasAttribute("data-embed") && !anchor.matches('[role="button"]')) {
      outside(anchor.getAttribute("href"));
      return;
    }
    /* In a plan the link is an SVG element, whose `href` is not a text. */
    go(anchor.getAttribute("href"));
    if (anchor.hasAttribute("data-suggestion")) {
      closeSuggestions(true);
    }
    anchor.closest("details[data-menu]")?.removeAttribute("open");
  }

  function listened(event) {
    const control = event.target.closest("[data-param]");
    if (control) {
      const query = changed(new URLSearchParams(window.location.search), control);
      go(`${window.location.pathname}?${query}`);
    }
  }

  /* The options of a folded filter are drawn once somebody unfolds it. */
  function unfolded(event) {
    if (event.target.matches("#more-filters [data-fold]")) {
      const open = document.querySelectorAll("#more-filters [data-fold][open]");
      const names = [...open].map((part) => part.dataset.fold);
      tell("unfolded", names);
    }
  }

  /* What is typed rests a moment before the server is asked. */
  let resting = null;
  /* What was last sent from the search box, what is drawn for it, and whether Enter waits for it. */
  const sought = { sent: "", drawn: "", entered: false };

  function send(field) {
    if (field.hasAttribute("data-suggests") && field.value !== sought.sent) {
      sought.sent = field.value;
      sought.drawn = null;
    }
    tell(field.dataset.store, field.value);
  }

  function typed(event) {
    const field = event.target;
    if (field.dataset.narrow) {
      narrow(field);
    } else if (field.dataset.store) {
      window.clearTimeout(resting);
      resting = window.setTimeout(() => send(field), REST_MS);
    }
  }

  function folded(text) {
    return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  }

  function narrow(field) {
    const wanted = folded(field.value);
    for (const option of field.closest("details").querySelectorAll(".options > li")) {
      option.hidden = !folded(option.textContent).includes(wanted);
    }
  }

  function closeSuggestions(clear) {
    const field = document.querySelector("[data-suggests]");
    if (!field) {
      return;
    }
    if (clear) {
      field.value = "";
    }
    sought.sent = "";
    sought.drawn = "";
    tell(field.dataset.store, "");
  }

  function pressed(event) {
    if (event.key === "Escape") {
      const menu = event.target.closest("details[data-menu][open]");
      if (menu) {
        menu.removeAttribute("open");
        menu.querySelector("summary").focus();
      } else if (event.target.closest(".search, .search-results")) {
        closeSuggestions(true);
        document.querySelector("[data-suggests]").focus();
      }
    }
    if (["ArrowDown", "ArrowUp", "Enter"].includes(event.key)) {
      suggested(event);
    }
    if (event.key === " " && event.target.matches('a[role="button"]')) {
      event.preventDefault();
      event.target.click();
    }
  }

  /* Arrow keys walk from the field through its suggestions; Enter takes the first. */
  function suggested(event) {
    const field = event.target.closest("[data-suggests]");
    const inside = event.target.closest(".search-results");
    if (!field && !inside) {
      return;
    }
    const links = [...document.querySelectorAll("[data-suggestion]")];
    if (event.key === "Enter") {
      if (field) {
        event.preventDefault();
        entered(field, links);
      }
      return;
    }
    event.preventDefault();
    const at = links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    (at < 0 ? document.querySelector("[data-suggests]") : links[at])?.focus();
  }

  /* Enter takes the first suggestion for what stands in the field, and waits for it if need be. */
  function entered(field, links) {
    if (field.value === sought.sent && sought.drawn === sought.sent) {
      links[0]?.click();
    } else if (field.value.trim()) {
      window.clearTimeout(resting);
      sought.entered = true;
      send(field);
    }
  }

  function suggestionsDrawn(event) {
    if (event.detail.id !== "search-results") {
      return;
    }
    sought.drawn = sought.sent;
    if (sought.entered) {
      sought.entered = false;
      document.querySelector("[data-suggestion]")?.click();
    }
  }

  /* What another page has to hold to show this view. */
  function frame() {
    const shown = new URL(window.location.href);
    shown.searchParams.set("embed", "1");
    shown.hash = "";
    const title = document.title.replace(/[&"<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
    const source = shown.href.replace(/&/g, "&amp;");
    return (
      `<iframe src="${source}" title="${title}" width="600" height="400" loading="lazy" ` +
      'style="border:0;max-width:100%" allow="clipboard-write"></iframe>'
    );
  }

  const ACTIONS = {
    async embed(button) {
      const field = button.parentElement.querySelector("textarea");
      field.value = frame();
      field.hidden = false;
      field.focus();
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
        button.textContent = button.dataset.done;
      } catch {
        /* Not allowed here: the code stands there, selected. */
      }
    },
    /* The address is looked up by this server, once somebody asks for it. */
    address(button) {
      tell(button.dataset.store, button.dataset.text);
    },
    theme() {
      set("theme", window.livemaps.theme() === "dark" ? "light" : "dark");
    },
    print() {
      window.print();
    },
    filters(button) {
      const open = button.getAttribute("aria-expanded") !== "true";
      button.setAttribute("aria-expanded", String(open));
      document.getElementById("filter-panel").classList.toggle("open", open);
    },
  };

  function acted(event) {
    const button = event.target.closest("[data-action]");
    if (button && ACTIONS[button.dataset.action]) {
      ACTIONS[button.dataset.action](button);
    }
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) {
        menu.removeAttribute("open");
      }
    }
  }

  document.addEventListener("click", followed);
  document.addEventListener("click", acted);
  document.addEventListener("change", listened);
  document.addEventListener("input", typed);
  document.addEventListener("keydown", pressed);
  document.addEventListener("toggle", unfolded, true);
  document.addEventListener("livemaps:drawn", suggestionsDrawn);

  window.livemaps = Object.assign(window.livemaps || {}, { ACTIONS, go });
})();
