"""Tidepool's Helm chart: the secrets, workloads and values that it needs from an environment."""
