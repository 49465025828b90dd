"""Files of a question, as people bring them to the page."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass

from playwright.sync_api import FilePayload, Locator, expect

from chat.conversation.files import Part, pictures_of
from tests.browser.chat_page import ChatPage
from tests.fakes.service import ScriptedService

_TRANSFER = """(files) => {
  const transfer = new DataTransfer();
  for (const { name, type, data, text } of files)
    if (text !== null) transfer.setData(type, text);
    else {
      const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
      transfer.items.add(new File([bytes], name, { type }));
    }
  return transfer;
}"""


@dataclass(frozen=True)
class Brought:
    """A file or, where it has a `text`, a text of this type that comes along."""

    name: str = ""
    type: str = ""
    data: bytes = b""
    text: str | None = None


class Tray:
    """The files for the next question."""

    def __init__(self, chat: ChatPage) -> None:
        self.chat = chat
        self.page = chat.page
        self.element = chat.page.locator(".tray")
        self.chips = self.element.locator("li")
        self.coming = self.element.locator("li.coming")
        self.fault = self.element.locator(".fault")

    def choose(self, *files: Brought) -> None:
        """Pick files as the button's dialog does."""
        payloads: list[FilePayload] = [
            {"name": file.name, "mimeType": file.type, "buffer": file.data} for file in files
        ]
        self.element.locator("input").set_input_files(payloads)

    def paste(self, *files: Brought) -> None:
        """Paste into the input."""
        self._give("paste", "clipboardData", files, self.chat.input)

    def drop(self, *files: Brought) -> None:
        """Drop onto the dialogue."""
        for kind in ("dragover", "drop"):
            self._give(kind, "dataTransfer", files, self.chat.main)

    def expect(self, *names: str) -> None:
        """Wait until these files wait for the question."""
        expect(self.chips.locator(".name")).to_have_text(list(names))
        expect(self.coming).to_have_count(0)

    def _give(self, kind: str, part: str, files: tuple[Brought, ...], to: Locator) -> None:
        given = [
            {
                "name": file.name,
                "type": file.type,
                "text": file.text,
                "data": b64encode(file.data).decode(),
            }
            for file in files
        ]
        constructor = "ClipboardEvent" if kind == "paste" else "DragEvent"
        to.evaluate(
            f"""(element, files) => {{
              const {part} = ({_TRANSFER})(files);
              const event = {{ {part}, bubbles: true, cancelable: true }};
              element.dispatchEvent(new {constructor}("{kind}", event));
            }}""",
            given,
        )


def last_question(service: ScriptedService) -> list[Part]:
    """The parts of the last question that was sent."""
    content = service.last.messages[-1]["content"]
    assert isinstance(content, list)
    return content


def sent_pictures(service: ScriptedService) -> list[bytes]:
    """The pictures of the last question that was sent."""
    addresses = pictures_of(last_question(service))
    return [b64decode(address.partition("base64,")[2]) for address in addresses]
