"""The documentation's source tree: written pages, and pages generated from the code.

`python -m docs.build FOLDER` writes it as files, so that any engine can make a site of it.
"""
