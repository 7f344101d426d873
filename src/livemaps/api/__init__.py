"""The read-only HTTP interface over views; docs/api.md describes every route."""

from livemaps.api.routes import blueprint

__all__ = ["blueprint"]
