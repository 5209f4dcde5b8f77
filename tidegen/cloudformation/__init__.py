"""CloudFormation itself: templates, functions, references, types and stack policies."""
