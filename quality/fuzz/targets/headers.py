"""Headers: media types as functions and handlers read them, a signature and a token as the local API does."""

from quality.fuzz.target import Parse, Target, find_modules, require, together


def _media_types() -> Parse:
    """Content-Type and Accept, a line each, as the functions, the handlers and the images read them."""
    find_modules()
    import hop_request
    from prediction_service import media_types
    from toolkit import negotiation

    offered = (media_types.JSON, media_types.CSV)

    def parse(data: bytes) -> None:
        content_type, accept, *_ = [*data.decode("latin-1").split("\n"), ""]
        found = media_types.accepted(content_type, offered)
        require(found is None or media_types.named(content_type) == found, "another media type")
        require(
            media_types.preferred(accept, offered) in (None, *offered), "a media type that was not offered"
        )
        hop_request.choose.cache_clear()
        require(hop_request.choose(accept, offered) in (None, *offered), "a media type that was not offered")
        negotiation.preferred.cache_clear()
        try:
            chosen = negotiation.preferred(accept, offered[0], offered)
        except negotiation.NotAcceptable:
            return
        require(media_types.named(chosen) in offered, "a media type that was not offered")

    return parse


def _authorization() -> Parse:
    """Authorization, X-Amz-Date and the path, from the third line on: nothing is let through unsigned."""
    from local.api import signature
    from local.api.declaration import UserPool
    from local.api.refusals import Refused
    from local.api.request import Request
    from local.api.tokens import Issuer

    issuer = Issuer(UserPool("eu-west-1_a", "", ("client",)), "eu-west-1")

    def parse(data: bytes) -> None:
        _, _, authorization, date, path, *_ = [*data.decode("latin-1").split("\n"), *[""] * 4]
        headers = [("host", "h"), ("authorization", authorization), ("x-amz-date", date)]
        try:
            signature.check(Request("POST", path, "", headers, "127.0.0.1"), "eu-west-1")
        except Refused:
            pass
        else:
            require(False, "a signature is let through")
        try:
            issuer.claims(authorization)
        except Refused:
            return
        require(False, "a token is let through")

    return parse


TARGETS = (
    Target(
        "headers",
        "Content-Type, Accept, Authorization",
        ("prediction_service", "hop_request", "toolkit", "local"),
        lambda: together(_media_types(), _authorization()),
    ),
)
