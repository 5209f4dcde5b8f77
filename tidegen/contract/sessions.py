"""The usual time of a deploy, and the session of the role that outlasts it, in seconds.

CloudFormation works on without the session; settings, stack policies and later roots need it.
"""

#: Of an environment's first deploy (runbook `new-region.md`), and of a large update.
FIRST_DEPLOY_SECONDS = 90 * 60
UPDATE_SECONDS = 60 * 60
#: Credentials that a workflow has by OpenID Connect are not renewed; a role's default is an hour.
DEPLOY_SESSION_SECONDS = 4 * 60 * 60
