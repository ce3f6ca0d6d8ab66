"""Which addresses a file has brought already, in 12 bytes each, so that a million take no more room than they must."""

from array import array

_FIRST_ROOM = 1 << 12
_WIDTH = (1 << 64) - 1


class SeenAddresses:
    """Open addressing over 64-bit hashes: two addresses with one hash are as good as never met in one file."""

    def __init__(self) -> None:
        self._hashes = array("Q", bytes(8 * _FIRST_ROOM))
        self._lines = array("I", bytes(4 * _FIRST_ROOM))
        self._mask = _FIRST_ROOM - 1
        self._count = 0

    def first_line(self, address: str, line: int) -> int | None:
        """The line that brought `address` before; None where this is the first, which is noted as `line`."""
        wanted = hash(address) & _WIDTH or 1  # 0 marks an empty place
        place = self._place(wanted)
        if self._hashes[place]:
            return self._lines[place]
        self._hashes[place], self._lines[place] = wanted, line
        self._count += 1
        if self._count * 3 > self._mask * 2:
            self._grow()
        return None

    def _place(self, wanted: int) -> int:
        hashes, mask = self._hashes, self._mask
        place = wanted & mask
        while (found := hashes[place]) and found != wanted:
            place = (place + 1) & mask
        return place

    def _grow(self) -> None:
        hashes, lines = self._hashes, self._lines
        room = 2 * len(hashes)
        self._hashes = array("Q", bytes(8 * room))
        self._lines = array("I", bytes(4 * room))
        self._mask = room - 1
        for wanted, line in zip(hashes, lines, strict=True):
            if wanted:
                place = self._place(wanted)
                self._hashes[place], self._lines[place] = wanted, line
