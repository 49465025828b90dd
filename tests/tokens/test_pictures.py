"""The tokens of pictures: by the published rules, and by what is reported."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO

import pytest
from PIL import Image

from chat.conversation.answer import Answer
from chat.conversation.files import Picture as SentPicture
from chat.conversation.files import content_of
from chat.conversation.window import Message
from chat.models import Usage
from chat.tokens import pictures
from chat.tokens.calibration import Calibration
from chat.tokens.counter import Grade, TokenCounter, estimate_messages
from tests.fakes.encoding import Letters


def picture(width: int, height: int, kind: str = "PNG") -> bytes:
    """The bytes of a picture."""
    file = BytesIO()
    Image.new("RGB", (width, height)).save(file, kind)
    return file.getvalue()


def url(data: bytes) -> str:
    """The data: URL of a picture."""
    return f"data:image/png;base64,{b64encode(data).decode()}"


@pytest.mark.parametrize(
    ("model", "width", "height", "tokens"),
    [
        ("gpt-4o", 1024, 1024, 765),  # OpenAI's guide: 768 x 768, 4 tiles
        ("gpt-4o", 2048, 4096, 1105),  # the guide again: 768 x 1536, 6 tiles
        ("gpt-4o-mini", 1024, 1024, 25_501),
        ("gpt-5", 1024, 1024, 630),
        ("o3", 512, 512, 225),
        ("gpt-5.6-luna", 1024, 1024, 1_229),  # 32 x 32 patches
        ("gpt-5.6-luna", 8_000, 8_000, 3_000),  # 2,500 at most
        ("a-model-of-its-own", 320, 320, 120),
    ],
)
def test_a_picture_counts_by_its_models_rule(
    model: str, width: int, height: int, tokens: int
) -> None:
    assert pictures.tokens(url(picture(width, height, "JPEG")), model) == tokens


@pytest.mark.parametrize("broken", ["", "data:,", "data:image/png;base64,AAAA", "data:;base64,é"])
def test_a_picture_that_says_no_size_counts_as_the_largest(broken: str) -> None:
    assert pictures.size(broken) == pictures.UNKNOWN


def test_what_is_reported_sets_the_pictures_right_and_leaves_texts_alone() -> None:
    calibration = Calibration(TokenCounter(lambda _: Letters()))
    seen = SentPicture.of(
        picture(640, 640), name="a.png", media_type="image/png", width=640, height=640
    )
    question: list[Message] = [{"role": "user", "content": content_of("What is it?", [seen])}]
    plain: list[Message] = [{"role": "user", "content": "What is it?"}]
    before, texts = (calibration.weigh(each, "gpt-4o").total for each in (question, plain))
    assert before.grade is Grade.ESTIMATED
    reported = texts.tokens + 3 * (before.tokens - texts.tokens)
    answer = Answer(text="A cat.", usage=Usage(prompt_tokens=reported, completion_tokens=3))
    calibration.learn(question, answer, "gpt-4o")
    assert calibration.weigh(question, "gpt-4o").total.tokens == reported
    assert calibration.weigh(plain, "gpt-4o").total == texts


def test_the_demo_counts_pictures_too() -> None:
    content = content_of(
        "Hi", [SentPicture.of(b"", name="a", media_type="image/png", width=1, height=1)]
    )
    message: Message = {"role": "user", "content": content}
    unknown = pictures.tokens("", "")
    assert unknown > 1_000
    assert (
        estimate_messages([message]) - estimate_messages([{**message, "content": "Hi"}]) == unknown
    )
