"""The recovery of an environment in another region: steps as data, and what is there already."""
