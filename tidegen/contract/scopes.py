"""The scopes of root stacks, and everything that follows from a scope, one row each."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, auto

#: The parameter of a root with the name of the bucket that its template is read from. A root
#: without it is sent in the call.
ARTIFACTS_PARAMETER = "BootstrapArtifactsBucketName"


class Scope(StrEnum):
    """The scope of a root stack, in the order of deployment."""

    IDENTITY = "identity"
    BOOTSTRAP = "bootstrap"
    ACCESS = "access"
    ACCOUNT = "account"
    RECOVERY = "recovery"
    SHARED = "shared"
    ENVIRONMENT = "environment"

    @property
    def is_direct(self) -> bool:
        """Whether the root is one template, which nests no stacks."""
        return SCOPES[self].direct

    @property
    def is_account_wide(self) -> bool:
        """Whether the root belongs to an account, and serves every environment in it."""
        return SCOPES[self].files == (Scope.ACCOUNT,)

    @property
    def has_execution_role(self) -> bool:
        """Whether CloudFormation deploys the root as the access root's execution role."""
        return SCOPES[self].execution_role

    @property
    def region(self) -> "RegionChoice":
        """The region that the root is deployed in."""
        return SCOPES[self].region

    def stack_name(self, project: str, environment: str) -> str:
        """Return the name of the root stack of this scope."""
        return SCOPES[self].stack.format(project=project, environment=environment)


class RegionChoice(Enum):
    """How a root's region follows from the environment file."""

    #: The region of the file.
    FILE = auto()
    #: The region that holds the account's global resources.
    HOME = auto()
    #: The file's recovery region; a file without one has no such root.
    RECOVERY = auto()
    #: Each region that a root of the file is deployed in.
    EACH = auto()


@dataclass(frozen=True, kw_only=True)
class ScopeTraits:
    """The traits of a scope.

    `files` are the scopes of the environment files that deploy such a root; `stack` its name, with
    `{project}` and `{environment}`. `direct` roots are one template and nest nothing.
    """

    files: tuple[Scope, ...]
    stack: str
    region: RegionChoice = RegionChoice.FILE
    direct: bool = False
    execution_role: bool = False


_ACCOUNT = (Scope.ACCOUNT,)
#: The scopes that run the platform's services, each in a network and a cluster of its own.
PLATFORM = (Scope.SHARED, Scope.ENVIRONMENT)

SCOPES: Mapping[Scope, ScopeTraits] = {
    Scope.IDENTITY: ScopeTraits(
        files=_ACCOUNT, stack="{project}-identity", region=RegionChoice.HOME, direct=True
    ),
    Scope.BOOTSTRAP: ScopeTraits(
        files=_ACCOUNT, stack="{project}-bootstrap", region=RegionChoice.EACH, direct=True
    ),
    Scope.ACCESS: ScopeTraits(files=PLATFORM, stack="{project}-{environment}-access", direct=True),
    Scope.ACCOUNT: ScopeTraits(files=_ACCOUNT, stack="{project}-account", region=RegionChoice.EACH),
    Scope.RECOVERY: ScopeTraits(
        files=(Scope.ENVIRONMENT,),
        stack="{project}-{environment}-recovery",
        region=RegionChoice.RECOVERY,
        execution_role=True,
    ),
    Scope.SHARED: ScopeTraits(
        files=(Scope.SHARED,), stack="{project}-{environment}", execution_role=True
    ),
    Scope.ENVIRONMENT: ScopeTraits(
        files=(Scope.ENVIRONMENT,), stack="{project}-{environment}", execution_role=True
    ),
}


def roots_of(file: Scope) -> tuple[Scope, ...]:
    """Return the scopes of the roots that an environment file of scope `file` deploys, in order."""
    return tuple(scope for scope, traits in SCOPES.items() if file in traits.files)
