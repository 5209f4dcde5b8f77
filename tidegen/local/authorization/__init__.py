"""Authorization of CloudFormation's service role: a handler's calls fail where IAM denies them."""
