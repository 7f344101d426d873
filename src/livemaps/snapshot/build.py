"""The refresher's side: turn the store into a snapshot and publish it."""
