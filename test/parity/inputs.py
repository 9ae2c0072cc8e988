# SPDX-License-Identifier: Apache-2.0
"""The files that both workers copy, and what Kafka Connect's rules make of them.

An input is what is in the file at first and what is appended later, when the other worker has taken over.
"""
import codecs
import re
from collections import namedtuple

Input = namedtuple("Input", "name first appended")

_LATER = b"appended later\nand the last line\n"

INPUTS = [
    Input("ascii", b"foo\nbar\na line with spaces \t and tabs\n", _LATER),
    Input("utf8", "h\u00e9llo\n\u65e5\u672c\u8a9e\nsmile \U0001f642\n\u0041\u030a\n".encode(),
          "sp\u00e4ter\n\U0001f642\n".encode()),
    Input("empty-lines", b"\n\na\n\n\nb\n\n", b"\nc\n\n"),
    Input("crlf", b"a\r\nb\r\n\r\nc\r\n", b"d\r\n"),
    # the last \r ends its line only when the next character shows that it is no \r\n
    Input("cr", b"a\rb\r\rc\r", b"d\re\n"),
    Input("mixed-ends", b"a\nb\r\nc\rd\n\re\n", _LATER),
    Input("long", b"".join(b"%d:" % n + b"x" * n + b"\n" for n in (1, 1022, 1023, 1024, 1025, 2047, 2048, 4096, 100000)),
          b"y" * 5000 + b"\n"),
    Input("unterminated", b"one\ntwo\nthree has no", b" end yet\nfour\n"),
    Input("json-escapes", b'"quoted" back\\slash /slash/\n\x01\x02\x08\x0b\x0c\x1b\x1f\x7f\n<b>&amp;</b>\n{"a":1}\nnull\n',
          b'"\n\\\n'),
    Input("json-unicode", "\u2028 \u2029 \u0085 \u00a0 \ufeff \ufffd \ufffe\n".encode(), "\u0080\n".encode()),
    Input("nul", b"a\0b\n\0\n", b"\0c\n"),
    Input("malformed-utf8", b"ok\n\xff\xfe\n\xc3\n\xe2\x82\nab\x80cd\n\xed\xa0\x80\n\xf0\x9f\x99\n\xc0\xaf\n\xf8\x88\x80\x80\x80\n",
          b"\xffend\n"),
]


def _as_java(error):
    """What a malformed sequence becomes: like Python's "replace", but an encoded surrogate is one U+FFFD, not three."""
    surrogate = re.match(rb"\xed[\xa0-\xbf][\x80-\xbf]", error.object[error.start:])
    return "\ufffd", error.start + 3 if surrogate else error.end


codecs.register_error("as-java", _as_java)


def lines(data):
    """(the complete lines of `data` as text, the bytes they take in the file, the UTF-16 units Java counts for them)"""
    found, used_bytes, used_units = [], 0, 0
    for raw in re.finditer(rb"([^\r\n]*)(\r\n|\n|\r(?=[\s\S]))", data):
        text = raw.group(1).decode("utf-8", errors="as-java")
        found.append(text)
        used_bytes = raw.end()
        used_units += len(text.encode("utf-16-le")) // 2 + len(raw.group(2))
    return found, used_bytes, used_units
