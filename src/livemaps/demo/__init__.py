"""The simulated city, and an HTTP server that speaks the real feed's own protocol."""
