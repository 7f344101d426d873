"""Proof on held-out time: do the measures keep what they promise?

    history.py    requests whose whole life is known, and the world as of any day of it
    city.py       the simulated city's history, or that of a data folder
    settings.py   what an evaluation is made with: days, seeds, sizes
    <family>.py   one experiment each: worlds -> a section of tables, plots and claims
    report.py     what a section is; document.py and plots.py write it
    run.py        all of it, in order

The top layer: it calls the measures exactly as a refresh and a page do.
"""
