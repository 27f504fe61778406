"""PCI as a guest sees it: configuration space, by ports cf8 and cfc, over qtest."""

import dataclasses

BRIDGE_CLASS = 0x0604
VENDOR_CAPABILITY = 0x09
NVIDIA = 0x10DE
LAST_BUS = 255


@dataclasses.dataclass
class SeenDevice:
    """An NVIDIA device that the walk met."""

    address: str
    number: int  # which stand-in: its subsystem id
    clique: int | None
    clique_at: int | None  # offset of the capability


class Walk:
    """Numbers the buses below each root bus, as firmware does, and reads what is there."""

    def __init__(self, machine, root_buses):
        self._machine = machine
        self._next_bus = 0
        self.devices = []
        for root in sorted(root_buses):
            self._next_bus = root + 1
            self._scan(root)

    def _select(self, where, offset):
        bus, slot, function = where
        address = 1 << 31 | bus << 16 | slot << 11 | function << 8 | offset & 0xFC
        self._machine.qtest(f"outl 0xcf8 {address:#x}")

    def _read(self, where, offset):
        self._select(where, offset)
        return int(self._machine.qtest("inl 0xcfc")[1], 16)

    def _write(self, where, offset, value):
        self._select(where, offset)
        self._machine.qtest(f"outl 0xcfc {value:#x}")

    def _scan(self, bus):
        for slot in range(32):
            for function in range(8):
                where = (bus, slot, function)
                vendor = self._read(where, 0x00) & 0xFFFF
                if vendor in (0, 0xFFFF):
                    if function == 0:
                        break
                    continue
                if self._read(where, 0x08) >> 16 == BRIDGE_CLASS:
                    self._enter(where)
                elif vendor == NVIDIA:
                    self.devices.append(self._describe(where))
                multifunction = self._read(where, 0x0C) >> 23 & 1
                if function == 0 and not multifunction:
                    break

    def _enter(self, bridge):
        """Gives the bus behind BRIDGE a number, opens the bridge, and scans it; no number left: none."""
        secondary = self._next_bus
        if secondary > LAST_BUS:
            return
        self._next_bus += 1
        self._write(bridge, 0x18, bridge[0] | secondary << 8 | 0xFF << 16)
        self._scan(secondary)
        self._write(bridge, 0x18, bridge[0] | secondary << 8 | (self._next_bus - 1) << 16)

    def _describe(self, where):
        clique, offset = self._clique(where)
        bus, slot, function = where
        return SeenDevice(f"{bus:02x}:{slot:02x}.{function}", self._read(where, 0x2C) >> 16, clique, offset)

    def _clique(self, where):
        """What NVIDIA's driver looks for: a vendor capability that says P2P, version 0, bits 22:19."""
        offset = self._read(where, 0x34) & 0xFF
        for _ in range(48):
            if offset == 0:
                break
            head = self._read(where, offset)
            body = self._read(where, offset + 4)
            signature = (head >> 24 | body << 8) & 0xFFFFFF
            if head & 0xFF == VENDOR_CAPABILITY and signature == int.from_bytes(b"P2P", "little"):
                if body >> 16 & 7 == 0:
                    return body >> 19 & 0xF, offset
            offset = head >> 8 & 0xFF
        return None, None
