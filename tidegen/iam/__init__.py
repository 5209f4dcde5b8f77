"""AWS Identity and Access Management: whether policies allow a request, and why.

Source: AWS docs, "Policy evaluation logic" and the reference of policy elements.
"""
