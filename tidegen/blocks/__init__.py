"""Building blocks that concerns share: small functions from values to troposphere objects."""
