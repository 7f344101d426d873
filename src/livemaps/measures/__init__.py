"""The measures of a snapshot: worked out by the refresher, kept on disk, looked up by pages.

    world.py     everything that measures are computed from: rows, days, groups
    families.py  the families of measures, a line for each
    compute.py   all families of one snapshot, written and published
    contents.py  what was computed, as the web process sees it (numpy and no more)
    read.py      the web's side: the newest measures

Each family has a module of its own that calls pure functions in `livemaps.statistics`.
"""
