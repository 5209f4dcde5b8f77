"""GitHub's REST API, read only: the repository and the environments that the roles trust."""
