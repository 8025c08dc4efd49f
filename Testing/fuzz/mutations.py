"""What can be wrong with bytes, text, JSON values and zip archives."""

from __future__ import annotations

import copy
import io
import json
import random
import re
import struct
import zipfile
from typing import Any

NUMBERS = (
    0, 1, -1, 2, 127, 128, 255, 256, -32768, 32767, 65535, 65536, -(2**31), 2**31 - 1, 2**31, 2**32,
    2**63, -(2**63), 10**18, 10**30, 10**400, 0.5, -0.0, 1e-30, 1e-320, 1e38, 1e39, 1e308, 3.4e38,
    float("inf"), float("-inf"), float("nan"),
)  # fmt: skip
TEXTS = (
    "", " ", "0", "-", "nan", "inf", "-1", "1e999", "1e-999", "99999999999999999999", "1,5", "0x10",
    "\0", "\x1b$B", "ä", "\ud7ff", "𝒳", "‮", "%s%n", "../../etc/passwd", "/", "C:\\x", "A" * 300,
    "None", "true", "[]", "{}", "'", '"', "\\", "\n", "\r\n", "\t", ";", "&", "<", "]]>",
)  # fmt: skip
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


def of_bytes(rng: random.Random, raw: bytes, *, others: list[bytes] | None = None,
             end: int | None = None) -> bytes:  # fmt: skip
    """Changes some bytes before ``end``: flips, numbers, cuts, repeats, pieces of other files."""
    data = bytearray(raw)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        if not data:
            return bytes(rng.randbytes(rng.randrange(64)))
        last = min(end or len(data), len(data))
        at = rng.randrange(max(last, 1))
        length = min(rng.choice((1, 1, 2, 4, 8, 64, 1024)), len(data) - at)
        how = rng.randrange(9)
        if how == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif how == 1:
            data[at : at + length] = rng.randbytes(length)
        elif how == 2:
            packed = _packed(rng)
            data[at : at + len(packed)] = packed
        elif how == 3:
            del data[at : at + length]
        elif how == 4:
            data[at:at] = data[at : at + length]
        elif how == 5:
            data[at:at] = rng.randbytes(length)
        elif how == 6:
            data[at : at + length] = bytes([rng.choice((0, 255, 32))]) * length
        elif how == 7 and others:
            other = rng.choice(others)
            start = rng.randrange(max(len(other), 1))
            data[at : at + length] = other[start : start + length]
        elif how == 8 and rng.random() < 0.3:
            del data[rng.randrange(len(data)) :]
    return bytes(data)


def _packed(rng: random.Random) -> bytes:
    number = rng.choice(NUMBERS)
    order = rng.choice("<>")
    if isinstance(number, float):
        kind = rng.choice("fd")
        try:
            return struct.pack(order + kind, number)
        except OverflowError:
            return struct.pack(order + "d", number)
    size = rng.choice((1, 2, 4, 8))
    return (number % (1 << (8 * size))).to_bytes(size, "little" if order == "<" else "big")


def of_text(rng: random.Random, raw: bytes) -> bytes:
    """Changes a text file: its numbers, its words, its lines; or its bytes."""
    how = rng.randrange(6)
    if how <= 1:
        found = list(_NUMBER.finditer(raw))
        if found:
            one = rng.choice(found)
            return raw[: one.start()] + _number_text(rng) + raw[one.end() :]
    if how == 2:
        words = list(re.finditer(rb"[^\s,:;<>=\"'{}\[\]]+", raw))
        if words:
            one = rng.choice(words)
            text = rng.choice(TEXTS).encode("utf-8", "surrogatepass")
            return raw[: one.start()] + text + raw[one.end() :]
    if how in (3, 4):
        lines = raw.splitlines(keepends=True)
        if lines:
            at = rng.randrange(len(lines))
            if how == 3:
                lines.insert(rng.randrange(len(lines) + 1), lines[at])
            else:
                del lines[at]
            return b"".join(lines)
    return of_bytes(rng, raw)


def _number_text(rng: random.Random) -> bytes:
    number = rng.choice(NUMBERS)
    return (
        str(number).encode()
        if rng.random() < 0.7
        else rng.choice(TEXTS).encode("utf-8", "surrogatepass")
    )


def of_json(rng: random.Random, value: Any) -> Any:
    """Changes some values of JSON: other types, other numbers, missing, doubled and deep ones."""
    value = copy.deepcopy(value)
    for _ in range(rng.choice((1, 1, 2, 4))):
        places = list(_places(value))
        if not places:
            return _any(rng)
        holder, key = rng.choice(places)
        how = rng.randrange(6)
        if how == 0:
            del holder[key]
        elif how == 1 and isinstance(holder, list):
            holder.insert(rng.randrange(len(holder) + 1), copy.deepcopy(holder[key]))
        elif how == 2 and isinstance(holder, dict):
            holder[rng.choice(TEXTS)] = holder.pop(key)
        elif how == 3:
            other, name = rng.choice(places)
            holder[key] = copy.deepcopy(other.get(name) if isinstance(other, dict) else None)
        else:
            holder[key] = _any(rng)
    return value


def json_bytes(rng: random.Random, raw: bytes) -> bytes:
    """A JSON file with changed values, or with changed bytes."""
    if rng.random() < 0.25:
        return of_text(rng, raw)
    return json.dumps(of_json(rng, json.loads(raw)), ensure_ascii=rng.random() < 0.5).encode(
        "utf-8", "surrogatepass"
    )


def _places(value: Any) -> Any:
    """Each (holder, key) of nested values."""
    if isinstance(value, (dict, list)):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])


def _any(rng: random.Random) -> Any:
    deep: Any = []
    for _ in range(rng.choice((1, 3, 200))):
        deep = [deep] if rng.random() < 0.5 else {"a": deep}
    choices = (rng.choice(NUMBERS), rng.choice(TEXTS), None, True, False, [], {}, deep, [None], "x")
    return rng.choice(choices)


def of_zip(rng: random.Random, raw: bytes) -> bytes:
    """An archive with changed bytes, changed files, unsafe names, doubled ones, or a bomb."""
    if rng.random() < 0.4:
        return of_bytes(rng, raw)
    with zipfile.ZipFile(io.BytesIO(raw)) as old:
        members = [(one.filename, old.read(one)) for one in old.infolist()]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as new:
        for name, data in members:
            how = rng.randrange(8)
            if how == 0:
                name = rng.choice(("../", "/", "a/../../", "C:/", "./", "x/" * 200)) + name
            elif how == 1:
                name = rng.choice(TEXTS).replace("\0", "") or "x"
            elif how == 2:
                data = json_bytes(rng, data) if name.endswith(".json") else of_bytes(rng, data)
            elif how == 3:
                data = bytes(rng.choice((0, 1 << 20, 1 << 24)))
            elif how == 4:
                continue
            info = zipfile.ZipInfo(name)
            if how == 5:
                info.external_attr = 0o120777 << 16  # a symbolic link
            try:
                new.writestr(info, data, zipfile.ZIP_DEFLATED)
                if how == 6:
                    new.writestr(zipfile.ZipInfo(name.upper()), data)
            except (ValueError, UnicodeError, struct.error):
                continue
    return out.getvalue()
