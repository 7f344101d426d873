"""`python -m livemaps` is the command `livemaps`."""

from livemaps.cli import main

main(prog_name="livemaps")
