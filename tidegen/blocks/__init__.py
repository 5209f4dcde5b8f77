"""Building blocks that concerns share: small functions that return or add troposphere objects."""
