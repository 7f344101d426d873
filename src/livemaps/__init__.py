"""A live map of a city's service requests. Start reading at `main.py`, then `refresh.py`."""

__version__ = "0.1.0"
