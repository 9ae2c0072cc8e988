# SPDX-License-Identifier: Apache-2.0
"""Reads the standalone worker's offset file: a HashMap<byte[], byte[]> as Java's ObjectOutputStream writes it.

Independent of the runtime's reader on purpose: it is the witness in tests of that reader.
"""
import json
import struct

HEAD = (b"\xac\xed\x00\x05sr\x00\x11java.util.HashMap\x05\x07\xda\xc1\xc3\x16`\xd1\x03\x00\x02"
        b"F\x00\x0aloadFactorI\x00\x09thresholdxp")
ARRAY_CLASS = b"ur\x00\x02[B\xac\xf3\x17\xf8\x06\x08T\xe0\x02\x00\x00xp"
ARRAY_AGAIN = b"uq\x00~\x00\x02"


class Malformed(Exception):
    pass


def entries(data):
    """[(key bytes or None, value bytes or None)] in the file's order; Malformed when it is anything else."""
    if not data.startswith(HEAD):
        raise Malformed("not a serialised java.util.HashMap")
    at = len(HEAD) + 8
    if data[at:at + 2] != b"w\x08":
        raise Malformed("no capacity and size")
    _capacity, size = struct.unpack_from(">ii", data, at + 2)
    at += 10
    values, seen = [], False

    def array():
        nonlocal at, seen
        if data[at:at + 1] == b"p":
            at += 1
            return None
        prefix = ARRAY_AGAIN if seen else ARRAY_CLASS
        if data[at:at + len(prefix)] != prefix:
            raise Malformed(f"no byte array at {at}")
        seen = True
        at += len(prefix)
        n, = struct.unpack_from(">i", data, at)
        at += 4 + n
        if n < 0 or at > len(data):
            raise Malformed(f"a byte array of {n} bytes at {at - n}")
        return data[at - n:at]

    for _ in range(size):
        key = array()
        values.append((key, array()))
    if data[at:] != b"x":
        raise Malformed(f"{len(data) - at} bytes instead of the end of the map")
    return values


def positions(path):
    """{(connector, file): position} of the FileStream sources in it; {} when there is no file yet."""
    try:
        with open(path, "rb") as f:
            data = f.read()
    except FileNotFoundError:
        return {}
    found = {}
    for key, value in entries(data):
        connector, partition = json.loads(key)
        if "filename" in partition:
            found[connector, partition["filename"]] = json.loads(value)["position"]
    return found
