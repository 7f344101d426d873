"""The command line: `livemaps COMMAND`, and what each exit status says."""

from __future__ import annotations

import click

from livemaps import __version__
from livemaps.cli.common import Commands
from livemaps.cli.data import backfill, boundaries
from livemaps.cli.evaluating import evaluate
from livemaps.cli.exporting import export
from livemaps.cli.looking import check_city, status
from livemaps.cli.measures import measures
from livemaps.cli.running import demo, refresh, serve
from livemaps.time_zones import use_newest_rules

EXIT_STATUSES = """\b
Exit statuses:
  0    done; for a command that runs on, it was told to stop
  1    failed: the portal, a boundary, the database or the published data;
       the last line says which, and everything published before is intact
  2    an option, a setting or the city profile is wrong; nothing was done
  3    status: no data yet, or the last successful check is too long ago
  130  interrupted with Ctrl-C    143  terminated; what was half done is rolled back
"""


@click.group(
    cls=Commands,
    epilog=EXIT_STATUSES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="livemaps")
def main() -> None:
    """A live map of a city's 311 service requests, refreshed from its open-data feed.

    Try `livemaps demo` first: a simulated Calgary, without a network. For a real city run one
    `livemaps refresh` and one `livemaps serve` over the same data folder.

    Every flag is also an environment variable, and there are more settings that are only
    variables: docs/settings.md describes them all.
    """
    use_newest_rules()


COMMANDS = (
    demo, serve, refresh, backfill, boundaries, measures, evaluate, export, status, check_city,
)  # fmt: skip
for command in COMMANDS:
    main.add_command(command)
