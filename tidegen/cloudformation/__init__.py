"""What CloudFormation itself is: templates, functions, references, types and stack policies."""
