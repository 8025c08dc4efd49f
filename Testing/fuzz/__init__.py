"""Damaged and absurd inputs by the thousand: nothing may end the process, hang or be misread.

Real files and simulated ones are changed at random, by a seed, and given to the library in child
processes. Reported is every exception that is no `SpineError`, every child that ended, more than 2
seconds of computing, more memory than an input's claimed size warrants, and every answer that
another reader of the same file does not share.

::

    python -m Testing.fuzz                                  # a minute of everything
    python -m Testing.fuzz --kind volumes --count 100000 --processes 8 --out report.json
    python -m Testing.fuzz --minutes 480 --processes 8 --keep found
    python -m Testing.fuzz --only volumes:7:12345           # one input again, with its traceback

An input depends on its kind, the seed and its number, and on nothing else of the run.
"""
