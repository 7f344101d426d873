"""Callbacks that run in the browser: functions of `assets/`, by name."""

from __future__ import annotations

import dash
from dash import ClientsideFunction
from dash.dependencies import DashDependency


def clientside(
    app: dash.Dash, function: str, *dependencies: DashDependency, initial: bool = True
) -> None:
    """Register a function of `window.dash_clientside.livemaps` as a callback."""
    app.clientside_callback(  # type: ignore[no-untyped-call]  # Dash declares no types here
        ClientsideFunction("livemaps", function),
        *dependencies,
        prevent_initial_call=not initial,
    )
