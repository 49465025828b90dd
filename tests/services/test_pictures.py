"""Services that take no pictures, or no parts: what they say, and what becomes of it."""

# ruff: noqa: E501 - a table

from __future__ import annotations

import pytest

from chat import errors
from chat.conversation.files import Document, Picture, text_of
from chat.options import Options
from chat.services.provider import Provider
from tests.fakes.service import Reply, ScriptedService, failing
from tests.services.asking import KEY, ask, refusing

OPTIONS = Options(model="m")
PHOTO = Picture.of(b"JPEG", name="cat.jpg", media_type="image/jpeg", width=3, height=2)
NOTES = Document(name="notes.txt", text="Milk")

NO_PICTURES = [
    failing(400, {"message": "Invalid content type. image_url is only supported by certain models."}),
    failing(404, {"message": "No endpoints found that support image input", "code": 404}),
    failing(500, {"message": "image input is not supported - hint: you may need to provide the mmproj"}),
    failing(500, {"message": "this model is missing data required for image input"}),
    failing(400, {"message": "m is not a multimodal model"}),
    failing(400, {"message": "Model 'm' does not support image inputs"}),
    failing(400, {"message": "This model doesn't support images."}),
    failing(400, {"message": "unknown variant `image_url`, expected `text`"}),
    failing(400, {"message": "Vision is not enabled for this model"}),
    failing(400, {"message": "You uploaded an unsupported image. Please make sure it is valid."}),
    failing(400, {"message": "Failed to load image: cannot identify image file"}),
    refusing(422, {"detail": [{"loc": ["messages", 1, "content", 0, "image_url"], "msg": "image_url is not expected"}]}),
]  # fmt: skip

TEXTS_ONLY = [
    failing(400, {"message": "messages[1].content must be a string"}),
    failing(422, {"message": "invalid type: sequence, expected a string at line 1 column 9"}),
    refusing(422, {"detail": [{"loc": ["messages", 1, "content"], "msg": "Input should be a valid string", "type": "string_type"}]}),
]  # fmt: skip


@pytest.mark.parametrize("refusal", NO_PICTURES)
def test_a_service_that_takes_no_pictures_is_told_as_such(
    service: ScriptedService, refusal: Reply
) -> None:
    service.enqueue(*[refusal] * 3)
    provider = Provider(api_key=KEY, base_url=service.base_url, defaults=OPTIONS)
    answer = ask(provider, OPTIONS, "What is it?", [PHOTO])
    assert isinstance(answer.error, errors.PicturesRefused)


@pytest.mark.parametrize("refusal", TEXTS_ONLY)
def test_where_parts_are_refused_documents_are_a_part_of_the_text(
    service: ScriptedService, refusal: Reply
) -> None:
    service.enqueue(refusal)
    provider = Provider(api_key=KEY, base_url=service.base_url, defaults=OPTIONS)
    assert ask(provider, OPTIONS, "What is it?", [NOTES]).error is None
    first, second = (request.messages[1]["content"] for request in service.requests)
    assert isinstance(first, list)
    assert second == text_of(first)
    ask(provider, OPTIONS, "And now?", [NOTES])
    assert isinstance(service.last.messages[1]["content"], str)


def test_pictures_are_sent_as_they_are(service: ScriptedService) -> None:
    provider = Provider(api_key=KEY, base_url=service.base_url, defaults=OPTIONS)
    ask(provider, OPTIONS, "", [PHOTO])
    address = {"url": "data:image/jpeg;base64,SlBFRw==", "detail": "high"}
    assert service.last.messages[1]["content"] == [{"type": "image_url", "image_url": address}]
