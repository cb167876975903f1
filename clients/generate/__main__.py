"""Generates whatever the client packages have from the contract: `python3 clients/generate [LANGUAGE …]`.

A file per language says how; its `generate` is given the contract and writes below `clients/LANGUAGE`. Everything that
is generated is deleted first, so that what the contract loses disappears.
"""

import importlib
import pathlib
import sys

import contract

LANGUAGES = sorted(path.stem for path in pathlib.Path(__file__).parent.joinpath("languages").glob("*.py"))


def main() -> None:
    wanted = sys.argv[1:] or LANGUAGES
    unknown = [language for language in wanted if language not in LANGUAGES]
    if unknown:
        sys.exit(f"no such language: {', '.join(unknown)}; there are {', '.join(LANGUAGES)}")
    read = contract.read()
    for language in wanted:
        print(f"clients/{language}", flush=True)
        importlib.import_module(f"languages.{language}").generate(read)


main()
