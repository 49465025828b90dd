"""`python -m chat.words LANGUAGE`: what is missing of a language, for whoever translates it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from babel import Locale, UnknownLocaleError

from chat.languages.language import ENGLISH, FOLDER, Word, placeholders, read


def main(arguments: Sequence[str] | None = None, *, folder: Path = FOLDER) -> int:
    """Say what is missing, superfluous or put in wrongly; the exit code is 1 if there is any."""
    codes = [*sys.argv[1:]] if arguments is None else [*arguments]
    if len(codes) != 1:
        known = ", ".join(sorted(file.stem for file in folder.glob("*.toml")))
        print(f"Usage: python -m chat.words LANGUAGE    (there are {known})", file=sys.stderr)
        return 2
    file = folder / f"{codes[0]}.toml"
    try:
        locale = Locale.parse(codes[0].replace("-", "_"))
        words = read(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        print(f"There is no {file.name} yet. Copy {ENGLISH}.toml to it.", file=sys.stderr)
        return 2
    except (UnknownLocaleError, ValueError) as error:
        print(f"{file.name} cannot be used: {error}", file=sys.stderr)
        return 2
    english = read((folder / f"{ENGLISH}.toml").read_text(encoding="utf-8"))
    found = faults(words, english, forms=locale.plural_form.tags | {"other"})
    print("\n".join(found) or f"{file.name} is complete: {len(words)} words.")
    return int(bool(found))


def faults(words: dict[str, Word], english: dict[str, Word], *, forms: frozenset[str]) -> list[str]:
    """What is wrong with a language's words; `forms` are its plural forms, by CLDR's names."""
    found = [f"missing      {name} = {_shown(english[name])}" for name in english.keys() - words]
    found += [f"superfluous  {name}" for name in words.keys() - english]
    for name in words.keys() & english:
        said, meant = words[name], english[name]
        if type(said) is not type(meant):
            found.append(f"other kind   {name}: in English it is {_shown(meant)}")
            continue
        if isinstance(said, dict) and not said.keys() <= forms:
            wrong = ", ".join(sorted(said.keys() - forms))
            found.append(f"no form      {name}: the language has no {wrong}")
        wanted = _put_in(meant)
        for text in said.values() if isinstance(said, dict) else [said]:
            # One, two or none may be said as a word.
            lacking = (
                wanted - _put_in(text) - ({"count", "number"} if isinstance(said, dict) else set())
            )
            unknown = _put_in(text) - wanted
            found += [f"lacks        {name}: {{{placeholder}}}" for placeholder in sorted(lacking)]
            found += [f"unknown      {name}: {{{placeholder}}}" for placeholder in sorted(unknown)]
    return sorted(found)


def _put_in(word: Word) -> set[str]:
    texts = word.values() if isinstance(word, dict) else [word] if isinstance(word, str) else word
    return {name for text in texts for name in placeholders(text)}


def _shown(word: Word) -> str:
    return repr(dict(word) if isinstance(word, dict) else word)


if __name__ == "__main__":
    sys.exit(main())
