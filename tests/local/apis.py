"""A REST API as a template declares it, in short."""

from collections.abc import Mapping
from typing import Any

from assembly.address import Address
from local.api.declaration import Api, Method
from local.api.refusals import GatewayResponses


def declared_api(resources: Mapping[str, Mapping[str, Method]], **others: Any) -> Api:
    """An API of these methods by path and verb; keywords give it more than it needs."""
    others = {"responses": GatewayResponses({}), **others}
    return Api(
        "shop",
        Address("Api", "shop"),
        "shop-id",
        "prod",
        "d",
        "000000000000",
        "eu-west-1",
        resources,
        **others,
    )
