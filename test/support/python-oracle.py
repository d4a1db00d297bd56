"""Answers, one JSON line for each JSON line read, what Python's own modules make of a text.

configparser: the bytes of a file in base64 -> sections with raw and interpolated values, or why it is refused
shlex:        a text -> its words, or the error
boolean:      a text -> true, false, or the error
"""

import base64
import configparser
import io
import json
import shlex
import sys


def read_config(encoded):
    parser = configparser.ConfigParser()
    stream = io.TextIOWrapper(io.BytesIO(base64.b64decode(encoded)), encoding="utf-8")
    try:
        parser.read_file(stream, source="file")
    except UnicodeDecodeError:
        return {"refused": "encoding"}
    except configparser.DuplicateSectionError as error:
        return {"refused": "duplicate-section", "lines": [error.lineno]}
    except configparser.DuplicateOptionError as error:
        return {"refused": "duplicate-option", "lines": [error.lineno]}
    except configparser.MissingSectionHeaderError as error:
        return {"refused": "before-section", "lines": [error.lineno]}
    except configparser.ParsingError as error:
        return {"refused": "lines", "lines": [line for line, _ in error.errors]}
    return {
        "defaults": list(parser.defaults().items()),
        "sections": [
            {
                "name": name,
                "own": list(parser._sections[name].items()),
                "values": [[key, get_value(parser, name, key)] for key in parser[name]],
            }
            for name in parser.sections()
        ],
    }


def get_value(parser, section, key):
    try:
        return {"value": parser.get(section, key)}
    except configparser.InterpolationMissingOptionError as error:
        return {"fault": "missing-option", "reference": error.reference}
    except configparser.InterpolationDepthError:
        return {"fault": "depth"}
    except configparser.InterpolationSyntaxError:
        return {"fault": "syntax"}


def split_words(text):
    try:
        return {"words": shlex.split(text)}
    except ValueError as error:
        return {"error": str(error)}


def read_boolean(text):
    try:
        return {"value": configparser.ConfigParser()._convert_to_boolean(text)}
    except ValueError:
        return {"error": "not a boolean"}


ANSWERS = {"configparser": read_config, "shlex": split_words, "boolean": read_boolean}


def main():
    answer = ANSWERS[sys.argv[1]]
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))))


if __name__ == "__main__":
    main()
