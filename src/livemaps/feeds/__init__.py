"""Feeds of requests and boundaries: one module for each platform, one TOML file for each city."""
