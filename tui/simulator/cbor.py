"""The part of CBOR (RFC 8949) that smithy-rpc-v2-cbor uses: encoding with known lengths, decoding of either kind."""

from __future__ import annotations

import struct
from typing import Any

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _LIST, _MAP, _TAG, _SIMPLE = range(8)
_INDEFINITE = 31
_BREAK = object()
_EPOCH_TAG = 1
_SIMPLE_VALUES: dict[int, object] = {20: False, 21: True, 22: None, 23: None}
_FLOATS = {25: ">e", 26: ">f", 27: ">d"}
_MAX_DEPTH = 64


class Instant(float):
    """Epoch seconds that are a timestamp on the wire: tagged in CBOR, a plain number in JSON."""


def encode(value: object) -> bytes:
    """The bytes of a value made of dicts with text keys, lists, text, bytes, numbers, booleans, None and Instants."""
    out = bytearray()
    _write(out, value)
    return bytes(out)


def decode(data: bytes) -> Any:
    """The value that `data` is the encoding of; a ValueError says what is wrong with it."""
    reader = _Reader(data)
    value = reader.read(0)
    if value is _BREAK or reader.position != len(data):
        raise ValueError("not one whole CBOR item")
    return value


def _write(out: bytearray, value: object) -> None:
    if value is None:
        out.append(0xF6)
    elif isinstance(value, bool):
        out.append(0xF5 if value else 0xF4)
    elif isinstance(value, int):
        _write_head(out, *((_UNSIGNED, value) if value >= 0 else (_NEGATIVE, -1 - value)))
    elif isinstance(value, float):
        if isinstance(value, Instant):
            _write_head(out, _TAG, _EPOCH_TAG)
        out.append(0xFB)
        out += struct.pack(">d", value)
    elif isinstance(value, str):
        text = value.encode("utf-8", "surrogatepass")
        _write_head(out, _TEXT, len(text))
        out += text
    elif isinstance(value, bytes):
        _write_head(out, _BYTES, len(value))
        out += value
    elif isinstance(value, list | tuple):
        _write_head(out, _LIST, len(value))
        for item in value:
            _write(out, item)
    elif isinstance(value, dict):
        _write_head(out, _MAP, len(value))
        for key, item in value.items():
            _write(out, key)
            _write(out, item)
    else:
        raise TypeError(f"no CBOR for {type(value).__name__}")


def _write_head(out: bytearray, major: int, argument: int) -> None:
    first = major << 5
    if argument < 24:
        out.append(first | argument)
        return
    for info, width in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if argument < 1 << (8 * width):
            out.append(first | info)
            out += argument.to_bytes(width, "big")
            return
    raise ValueError(f"{argument} does not fit into 64 bits")


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.position = 0

    def read(self, depth: int) -> Any:
        """The next item, or `_BREAK`."""
        if depth > _MAX_DEPTH:
            raise ValueError("nested too deeply")
        first = self._take(1)[0]
        major, info = first >> 5, first & 31
        if major == _SIMPLE:
            return self._read_simple(info)
        if info == _INDEFINITE:
            return self._read_indefinite(major, depth)
        argument = self._read_argument(info)
        match major:
            case 0:
                return argument
            case 1:
                return -1 - argument
            case 2:
                return self._take(argument)
            case 3:
                return self._take(argument).decode()
            case 4:
                return [self._read_value(depth) for _ in range(argument)]
            case 5:
                return {self._read_key(depth): self._read_value(depth) for _ in range(argument)}
            case _:
                return self._read_tagged(argument, depth)

    def _read_tagged(self, tag: int, depth: int) -> Any:
        value = self._read_value(depth)
        if tag != _EPOCH_TAG:
            return value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError("a timestamp that is not a number")
        return Instant(value)

    def _read_indefinite(self, major: int, depth: int) -> Any:
        items = []
        if major in (_BYTES, _TEXT, _LIST, _MAP):
            while (item := self.read(depth + 1)) is not _BREAK:
                items.append(item)
        match major:
            case 2 if all(isinstance(item, bytes) for item in items):
                return b"".join(items)
            case 3 if all(isinstance(item, str) for item in items):
                return "".join(items)
            case 4:
                return items
            case 5 if len(items) % 2 == 0 and all(isinstance(key, str) for key in items[::2]):
                return dict(zip(items[::2], items[1::2], strict=True))
        raise ValueError("an item of no definite length that should have one")

    def _read_value(self, depth: int) -> Any:
        value = self.read(depth + 1)
        if value is _BREAK:
            raise ValueError("a break where a value is due")
        return value

    def _read_key(self, depth: int) -> str:
        key = self._read_value(depth)
        if not isinstance(key, str):
            raise ValueError("a key that is not text")
        return key

    def _read_simple(self, info: int) -> object:
        if info == _INDEFINITE:
            return _BREAK
        if info in _FLOATS:
            pattern = _FLOATS[info]
            return float(struct.unpack(pattern, self._take(struct.calcsize(pattern)))[0])
        if info in _SIMPLE_VALUES:
            return _SIMPLE_VALUES[info]
        raise ValueError(f"unknown simple value {info}")

    def _read_argument(self, info: int) -> int:
        if info < 24:
            return info
        if info > 27:
            raise ValueError("a reserved length")
        return int.from_bytes(self._take(1 << (info - 24)), "big")

    def _take(self, count: int) -> bytes:
        taken = self._data[self.position : self.position + count]
        if len(taken) < count:
            raise ValueError("cut short")
        self.position += count
        return taken
