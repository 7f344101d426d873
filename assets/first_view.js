/* The page came with the document (src/livemaps/web/first_view.py). Once the live one is whole it
 * takes that place within one frame: nothing jumps, and what was typed, unfolded or had the focus
 * stays. */
(function () {
  "use strict";

  const REGIONS = ["header", "freshness", "page", "footer"];
  const WORKED = "a[href], button, input, select, summary, textarea, [tabindex]";

  const early = document.getElementById("first-view");
  const entry = document.getElementById("react-entry-point");

  function whole() {
    return REGIONS.every((id) => entry.querySelector(`#${id}`)?.firstElementChild);
  }

  /* The same thing in both pages: they are drawn alike, so it is at the same place among its kind. */
  function twin(element, kind) {
    const at = [...early.querySelectorAll(kind)].indexOf(element);
    const found = entry.querySelectorAll(kind)[at];
    return found?.tagName === element.tagName ? found : undefined;
  }

  function handOver() {
    for (const folder of early.querySelectorAll("details")) {
      twin(folder, "details")?.toggleAttribute("open", folder.open);
    }
    for (const field of early.querySelectorAll('input[type="search"]')) {
      const live = field.value && twin(field, 'input[type="search"]');
      if (live) {
        live.value = field.value;
        live.dispatchEvent(new Event("input", { bubbles: true }));
      }
    }
  }

  function takePlace() {
    const focused = document.activeElement;
    const follower = early.contains(focused) ? twin(focused, WORKED) : null;
    document.documentElement.dataset.live = "";
    handOver();
    early.remove();
    follower?.focus({ preventScroll: true });
  }

  if (!early) {
    document.documentElement.dataset.live = "";
    return;
  }
  const watching = new MutationObserver(() => {
    if (whole()) {
      watching.disconnect();
      takePlace();
    }
  });
  watching.observe(entry, { childList: true, subtree: true });
})();
