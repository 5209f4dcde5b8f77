"""Run with `python -m tidegen`."""

from tidegen.cli import main

main()
