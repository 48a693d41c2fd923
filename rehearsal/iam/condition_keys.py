"""The condition keys that exist: AWS's global ones, and those of each service.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

import re
from collections.abc import Iterable
from functools import cache

from rehearsal.iam import patterns
from rehearsal.iam.service_data import DATA, PLACEHOLDER, has_service

_GLOBAL_PREFIX = "aws:"
# As the page lists them; what ends with a slash is followed by the key of a tag.
_GLOBAL = """
    AssumedRoot CalledVia CalledViaAWSMCP CalledViaFirst CalledViaLast ChatbotSourceArn CurrentTime
    Ec2InstanceSourcePrivateIPv4 Ec2InstanceSourceVpc EpochTime FederatedProvider MultiFactorAuthAge
    MultiFactorAuthPresent PrincipalAccount PrincipalArn PrincipalIsAWSService PrincipalOrgID
    PrincipalOrgPaths PrincipalServiceName PrincipalServiceNamesList PrincipalTag/ PrincipalType Referer
    RequestTag/
    RequestedRegion ResourceAccount ResourceOrgID ResourceOrgPaths ResourceTag/ SecureTransport
    SignInSessionArn SourceAccount SourceArn SourceIdentity SourceIp SourceOrgID SourceOrgPaths SourceVpc
    SourceVpcArn SourceVpce TagKeys TokenIssueTime UserAgent ViaAWSMCPService ViaAWSService VpcSourceIp
    VpceAccount VpceOrgID VpceOrgPaths userid username
"""


def exists(key: str, actions: Iterable[str]) -> bool:
    """Whether a condition key is a global one, one of the service in its prefix, or one of an action's.

    The keys of identity providers, whose prefix is a domain, are their own.
    """
    prefix, _, _ = key.lower().partition(":")
    if "." in prefix:
        return True
    if key.lower().startswith(_GLOBAL_PREFIX):
        return any(_names(one, key.lower()) for one in _global_keys())
    services = {prefix, *(one.partition(":")[0].lower() for one in actions)}
    return any(_names(one, key.lower()) for service in services for one in _of_service(service))


def _names(known: str, key: str) -> bool:
    return patterns.glob(known).fullmatch(key) is not None


@cache
def _global_keys() -> frozenset[str]:
    return frozenset(re.sub("/$", "/*", f"{_GLOBAL_PREFIX}{one}".lower()) for one in _GLOBAL.split())


@cache
def _of_service(service: str) -> frozenset[str]:
    if not has_service(service):
        return frozenset()
    keys = DATA.conditions.get_condition_keys_for_service(service)
    return frozenset(PLACEHOLDER.sub("*", one).lower() for one in keys)
