/* What an address points to is in sight and marked: a definition with its fold (/about#open), and
 * whatever lies within folds. A link followed without loading the page makes no `:target`. */
(function () {
  "use strict";

  function wanted() {
    return document.getElementById(window.location.hash.slice(1))?.closest(".page-about *");
  }

  function unfolded(place) {
    const own = place.querySelector(":scope > details");
    for (let fold = own ?? place.closest("details"); fold; ) {
      fold.open = true;
      fold = fold.parentElement.closest("details");
    }
  }

  function marked(place) {
    for (const other of document.querySelectorAll("#page [data-wanted]")) {
      other.removeAttribute("data-wanted");
    }
    place.setAttribute("data-wanted", "");
  }

  /* Once for each link: what is folded again by hand stays so when the page is drawn anew. */
  function shown() {
    const place = wanted();
    if (place && !place.hasAttribute("data-wanted")) {
      unfolded(place);
      marked(place);
    }
  }

  function again() {
    wanted()?.removeAttribute("data-wanted");
    shown();
  }

  window.addEventListener("hashchange", again);
  window.addEventListener("popstate", again);
  document.addEventListener("livemaps:drawn", shown);
  shown();
})();
