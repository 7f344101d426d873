"""The pages and what they share: a page is a layout and short callbacks.

`build` is the only way in. The address is the only state of a page: controls change it
(`assets/controls.js`), callbacks read it, ask the board for one view and answer with elements.
"""

from livemaps.web.app import build

__all__ = ["build"]
