"""The contract of the emoji API; openapi.json is generated from it."""

import json
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated

from prediction_service import media_types
from prediction_service.contract import Contract, Operation, Predictions
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    RootModel,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

MAX_TWEETS = 100
MAX_CHARACTERS = 280
RECOMMENDATIONS = 5

# Control characters but tab, line feed and carriage return; lone surrogates; the three that X refuses.
_REFUSED = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ud800-\udfff\ufeff\ufffe\uffff"
_TEXT = re.compile(rf"[^{_REFUSED}]*")

# Characters from the blocks of symbols, each with its presentation or skin tone, joined by U+200D; or a flag.
# What Unicode lists as emoji changes from year to year.
_SYMBOL = "[\u203c-\u3299\U0001f000-\U0001faff][\ufe0f\U0001f3fb-\U0001f3ff]*"
_EMOJI = f"^(?:[\U0001f1e6-\U0001f1ff]{{2}}|{_SYMBOL}(?:\u200d{_SYMBOL})*)$"
_LONGEST_EMOJI = 16
# Shares are rounded to six digits each.
_ROUNDING = 1e-5


def _refuse_control_characters(tweet: object) -> object:
    if isinstance(tweet, str) and not _TEXT.fullmatch(tweet):
        raise PydanticCustomError(
            "control_character",
            "Input should have no control characters but tabs and line breaks, and no lone surrogates",
        )
    return tweet


class Tweet(
    RootModel[
        Annotated[
            str,
            Field(
                min_length=1,
                max_length=MAX_CHARACTERS,
                description="A character is a Unicode code point, also within an emoji or a link. Refused: "
                "control characters but tab, line feed and carriage return; lone surrogates; U+FEFF, U+FFFE "
                "and U+FFFF.",
                json_schema_extra={"pattern": f"^[^{_REFUSED}]*$"},
            ),
            BeforeValidator(_refuse_control_characters),
        ]
    ]
):
    """The text of a tweet, as a person writes it."""

    model_config = ConfigDict(strict=True, frozen=True)


class EmojiRequest(BaseModel):
    """The tweets, in any order."""

    model_config = ConfigDict(extra="forbid")

    tweets: Annotated[list[Tweet], Field(min_length=1, max_length=MAX_TWEETS)]


class Suggestion(BaseModel):
    """An emoji, and the share of such tweets that have it, as the model estimates it."""

    model_config = ConfigDict(strict=True, extra="forbid")

    emoji: Annotated[str, StringConstraints(max_length=_LONGEST_EMOJI, pattern=_EMOJI)]
    share: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


def _ranked(suggestions: list[Suggestion]) -> list[Suggestion]:
    shares = [one.share for one in suggestions]
    if len({one.emoji for one in suggestions}) != len(suggestions):
        raise ValueError("an emoji twice")
    if any(first < second for first, second in pairwise(shares)) or sum(shares) > 1 + _ROUNDING:
        raise ValueError("shares that do not descend, or are more than 1 together")
    return suggestions


class Recommendation(BaseModel):
    """The five emojis that suit a tweet best, best first."""

    model_config = ConfigDict(strict=True, extra="forbid")

    emojis: Annotated[
        list[Suggestion],
        Field(
            min_length=RECOMMENDATIONS,
            max_length=RECOMMENDATIONS,
            description="Five different emojis; the shares of all that the model knows add up to 1.",
        ),
        AfterValidator(_ranked),
    ]
    recommended: Annotated[
        bool, Field(description="Whether the first share is high enough to recommend that emoji.")
    ]
    truncated: Annotated[
        bool, Field(description="Whether the tweet has more than 32 tokens; the model read the first ones.")
    ]


class EmojiResponse(Predictions[Recommendation]):
    """Emojis for each tweet, in the request's order."""


_TWEETS: Sequence[str] = ("I am good",)

RECOMMEND = Operation(
    path="/emoji",
    summary="Recommend emojis for tweets",
    request=EmojiRequest,
    request_text={
        media_types.JSON: json.dumps({"tweets": _TWEETS}),
        media_types.CSV: '"So happy, I can\'t say ""thank you"" enough"\n',
    },
    answer=EmojiResponse,
)

CONTRACT = Contract(
    title="Emoji",
    description="Emojis for tweets in English.",
    operation=RECOMMEND,
)
