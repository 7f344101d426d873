/* Region: a part of the page whose content is data (see src/livemaps/web/elements.py).
 *
 * `tree` is a list of elements, each ["name", {attributes}, child, ...]. React changes only what
 * differs from the content before, so that focus, an opened <details>, a scroll position and a
 * selection outlive an update. */
(function () {
  "use strict";

  const React = window.React;

  /* What a native control shows follows the tree when the tree changes, and the visitor's hand in
   * between: React itself would put a checkbox back at once and wait for the server. */
  const HELD = { input: ["checked", "value"], select: ["value"], option: [] };

  function Control({ name, attributes, content }) {
    const ref = React.useRef(null);
    const held = {};
    const rest = {};
    for (const [key, value] of Object.entries(attributes)) {
      (HELD[name].includes(key) ? held : rest)[key] = value;
    }
    const boxed = rest.type === "checkbox" || rest.type === "radio";
    if (boxed) {
      rest.value = held.value;
      delete held.value;
      held.checked = Boolean(held.checked);
    }
    React.useLayoutEffect(() => {
      if (boxed) {
        ref.current.checked = held.checked;
      }
    });
    React.useLayoutEffect(() => {
      if ("value" in held) {
        ref.current.value = held.value;
      }
    }, [held.value]);
    return React.createElement(name, { ...rest, ref }, ...content);
  }

  function draw(node) {
    if (!Array.isArray(node)) {
      return node;
    }
    const [name, attributes, ...children] = node;
    const drawn = children.map(draw);
    if (name === "input" || name === "select") {
      return React.createElement(Control, { name, attributes, content: drawn, key: attributes.key });
    }
    return React.createElement(name, attributes, ...drawn);
  }

  /* Where the focus goes when an update takes away what had it: a removed chip, a last page. */
  function keepFocus(region, focused) {
    if (!focused || focused.isConnected || document.activeElement !== document.body) {
      return;
    }
    const fallback =
      region.querySelector("[data-focus-fallback]") ||
      document.querySelector("[data-focus-fallback]");
    if (fallback) {
      fallback.focus({ preventScroll: true });
    }
  }

  class Region extends React.Component {
    constructor(props) {
      super(props);
      this.element = React.createRef();
    }

    shouldComponentUpdate(next) {
      return next.tree !== this.props.tree || next.attributes !== this.props.attributes;
    }

    getSnapshotBeforeUpdate() {
      const focused = document.activeElement;
      return this.element.current.contains(focused) ? focused : null;
    }

    componentDidUpdate(_props, _state, focused) {
      keepFocus(this.element.current, focused);
      this.announce();
    }

    componentDidMount() {
      this.announce();
    }

    announce() {
      document.dispatchEvent(
        new CustomEvent("livemaps:drawn", { detail: { id: this.props.id } }),
      );
    }

    render() {
      const { id, tree, name, attributes } = this.props;
      return React.createElement(
        name || "div",
        { id, ...attributes, ref: this.element },
        ...(tree || []).map(draw),
      );
    }
  }

  window.livemaps = Object.assign(window.livemaps || {}, { Region });
})();
