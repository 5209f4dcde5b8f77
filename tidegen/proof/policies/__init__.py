"""Whether any request at all is allowed by policies: for all requests, not for samples.

A package of its own, pure and small, so that an auditor can read it. `texts` decides whether one
text matches some patterns and none of others; `formulas` searches truth values; `encoding` states
what AWS documents about policies as formulas.
"""
