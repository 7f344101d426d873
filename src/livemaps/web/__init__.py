"""The pages and what they share: a page is a layout and short callbacks."""
