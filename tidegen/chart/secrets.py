"""The secrets that Tidepool's chart reads: names, JSON keys, and who fills each key.

Source: github.com/tidepool-org/development, chart 0.26.0 (commit 79eba6af, 2026-08-18): every
`secretKeyRef` of `charts/tidepool`, and the keys of `charts/*/templates/0-secret.yaml`. Left out:
`timescaledb-single-passwords`, which another chart makes for itself.
"""

from collections.abc import Mapping
from enum import StrEnum

#: What an unfilled secret holds; `tidegen secrets fill` writes the chart's keys instead.
MARKER = "TidegenUnfilled"
SEED = "TidegenSeed"


class Fill(StrEnum):
    """Who fills a key of a secret, and whether it may change later."""

    #: Random, made by `tidegen secrets fill`, and made anew by itself: nobody notices.
    ROTATED = "rotated"
    #: A user's name: it changes with the password for the other of two, so that the user before
    #: stays valid while services restart.
    ALTERNATED = "alternated"
    #: Random, and safe to make anew, but people notice: a person chooses when.
    RANDOM = "random"
    #: Random, but data depends on it: made once and never again.
    PERMANENT = "permanent"
    #: Random, but another system (Keycloak) has to be told the same: made once, and changed by a
    #: person on both sides.
    AGREED = "agreed"
    #: Halves of one key pair, made together.
    PUBLIC_KEY = "public-key"
    PRIVATE_KEY = "private-key"
    #: Known from another concern's outputs, such as the database's addresses.
    DERIVED = "derived"
    #: Given by a third party: only a person can fill it.
    PERSON = "person"


#: Why a key of such a fill does not rotate by itself.
WHY_KEPT: Mapping[Fill, str] = {
    Fill.RANDOM: "A new value voids the links in mails that are under way: a person chooses when.",
    Fill.PERMANENT: "Stored data was made with it and could not be read with another value.",
    Fill.AGREED: "Keycloak holds the same value: a person changes both sides together.",
    Fill.PUBLIC_KEY: "A new pair signs everybody out: a person chooses when.",
    Fill.PRIVATE_KEY: "A new pair signs everybody out: a person chooses when.",
    Fill.DERIVED: "It says where the database is, and is no secret of its own.",
    Fill.PERSON: "A third party issues it: a person gets a new one in that party's console.",
}
# Services sign their calls to each other with ServiceAuth; a StateSalt lives as long as somebody is
# on the way to a third party's login page and back.
_SERVICE = {"ServiceAuth": Fill.ROTATED}
_CLIENT = {"ClientId": Fill.PERSON, "ClientSecret": Fill.PERSON, "StateSalt": Fill.ROTATED}

CHART_SECRETS: Mapping[str, Mapping[str, Fill]] = {
    "abbott": {**_CLIENT, "PartnerId": Fill.PERSON, "PartnerSecret": Fill.PERSON},
    "auth": {**_SERVICE, "AppleDeviceCheckKey": Fill.PERSON},
    "blob": _SERVICE,
    "care-partner-alerts": {"APNSSigningKey": Fill.PERSON},
    "carelink": {"CarelinkSalt": Fill.PERMANENT},
    "clinic": dict.fromkeys(
        ("RedoxVerificationToken", "XealthBearerToken", "XealthClientSecret"), Fill.PERSON
    ),
    "clinic-worker": dict.fromkeys(("RedoxKeyId", "RedoxPrivateKey"), Fill.PERSON),
    "coastal": dict.fromkeys(
        ("apiKey", "baseUrl", "clientId", "clientSecret", "privateKeyData", "rcTypeId"), Fill.PERSON
    ),
    "customer-io": {"AppAPIKey": Fill.PERSON, "TrackAPIKey": Fill.PERSON},
    "data": {**_SERVICE, "PusherAPNSSigningKey": Fill.PERSON},
    "dexcom": _CLIENT,
    "export": {"SessionEncryptionKey": Fill.ROTATED},
    # The chart has no template for this one, and its pods do not start without it: whoever runs
    # Kafka gives the password.
    "kafka": {"Password": Fill.PERSON},
    "kissmetrics": dict.fromkeys(("APIKey", "Token", "UCSFAPIKey", "UCSFWhitelist"), Fill.PERSON),
    "marketo": {"ID": Fill.PERSON, "Secret": Fill.PERSON, "URL": Fill.PERSON},
    "mongo": {
        "Scheme": Fill.DERIVED,
        "Addresses": Fill.DERIVED,
        # the database's members make the services' user as this secret says, and follow it
        "Username": Fill.ALTERNATED,
        "Password": Fill.ROTATED,
        "Database": Fill.DERIVED,
        "Tls": Fill.DERIVED,
        "OptParams": Fill.DERIVED,
    },
    "oura": {
        **_CLIENT,
        "PartnerSecret": Fill.PERSON,
        "JotformAPIKey": Fill.PERSON,
        "ShopifyClientId": Fill.PERSON,
        "ShopifyClientSecret": Fill.PERSON,
    },
    "palmtree": dict.fromkeys(
        ("baseUrl", "calId", "profileId", "tlsCertData", "tlsKeyData"), Fill.PERSON
    ),
    "prescription": _SERVICE,
    "server": _SERVICE,
    "shoreline": {
        **_SERVICE,
        "UserLongTermKey": Fill.PERMANENT,
        "UserMailVerification": Fill.RANDOM,
        "KeycloakAdminPassword": Fill.AGREED,
        "KeycloakBackendClientSecret": Fill.AGREED,
        "KeycloakClientSecret": Fill.AGREED,
        "KeycloakLongLivedClientSecret": Fill.AGREED,
        "KeycloakMigrationSecret": Fill.AGREED,
    },
    "task": {**_SERVICE, "PusherAPNSSigningKey": Fill.PERSON},
    "token-signing-key": {"private": Fill.PRIVATE_KEY, "public": Fill.PUBLIC_KEY},
    "travis": {"Token": Fill.PERSON},
    "twiist": {"ClientID": Fill.PERSON, "ClientSecret": Fill.PERSON, "StateSalt": Fill.ROTATED},
    "userdata": {
        "GroupIdEncryptionKey": Fill.PERMANENT,
        "UserIdSalt": Fill.PERMANENT,
        "UserPasswordSalt": Fill.PERMANENT,
    },
}


def rotated_keys(keys: Mapping[str, Fill], fill: Fill = Fill.ROTATED) -> tuple[str, ...]:
    """The keys that are made anew by themselves; none of `ROTATED` means the secret is kept."""
    return tuple(name for name, own in keys.items() if own is fill)
