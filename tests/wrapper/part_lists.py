"""Random argument lists, byte for byte against the reference: 10,000 of them, the same in every run."""

import concurrent.futures
import json
import random
import subprocess

import harness
import reference

LISTS = 10000
CHUNK = 500
SWITCHES = ["-S", "-nodefaults", "--no-user-config", "-nographic", "-enable-kvm", "-later-switch", "-", "--", "---device"]
FREE = ["", "a", "disk.img", "-device", "--device", "-S", "a=b,,c", "guest=\u00e9,debug-threads=on", "\udcff\udcfe", "\n", "$(id)",
        "'", '"', "{}", "-device=vfio-pci,host=05:00.0", "vfio-pci,host=05:00.0", '{"driver":"vfio-pci","host":"05:00.0"}']
SCRAPS = [",", "=", ",,", "{", "}", '"', "\\", " ", "\n", ":", "[", "]", "\\u0041", "\\", "0", "host", "driver", "vfio-pci", "-",
          reference.CLIQUE, "05:00.0", "/", "\u00e9", "\udc80", "\x01", "null"]


class Maker:
    """Makes lists out of a seeded stream of numbers."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def address(self):
        pick = self.random
        known = pick.choice([*harness.MAP, "0000:06:00.0", "0000:05:00.1", "0001:f4:00.0", "ffff:ff:1f.7"])
        domain, bus, rest = known.split(":")
        slot, function = rest.split(".")
        form = pick.randrange(6)
        if form == 0 and domain == "0000":
            known = f"{bus}:{slot}.{function}"
        elif form == 1:
            known = f"{int(domain, 16):x}:{int(bus, 16):x}:{int(slot, 16):x}.{function}"
        elif form == 2:
            known = f"{domain.zfill(8)}:{bus.zfill(3)}:{slot}.{function}"
        elif form == 3 and pick.random() < 0.3:
            known += pick.choice([" ", "x", ".0", ":", "0"])
        return known.upper() if pick.random() < 0.4 else known

    def properties(self):
        pick = self.random
        driver = pick.choice(["vfio-pci"] * 6 + ["vfio-pci-nohotplug", "virtio-net-pci", "vfio-pci-x", ""])
        pairs = [("driver", driver)]
        if pick.random() < 0.8:
            pairs.append(("host", self.address()))
        if pick.random() < 0.25:
            pairs.append(("sysfsdev", pick.choice([
                f"/sys/bus/pci/devices/{self.address()}", f"/sys/devices/pci0000:00/0000:00:01.0/{self.address()}/",
                "/sys/bus/mdev/devices/c0a80001-0000-4000-8000-000000000001", f"/sys/{self.address()}/x", ""])))
        for _ in range(pick.randrange(4)):
            pairs.append(pick.choice([("id", "hostdev0"), ("bus", "pci.1"), ("addr", "0x0"), ("romfile", ""), ("x", "a,b"),
                                      ("host", self.address()), ("driver", "vfio-pci"), ("name", "\u00e9\"\\")]))
        if pick.random() < 0.15:
            pairs.append((reference.CLIQUE, pick.choice(["0", "15", "x"])))
        if pick.random() < 0.4:
            pick.shuffle(pairs)
        return pairs

    def json(self, pairs):
        pick = self.random
        gap = lambda: pick.choice(["", "", "", " ", "\n\t"])  # noqa: E731
        odd = ["1.50e+00", "-0", "123456789012345678901234567890", "true", "null", '{"host":"05:00.0"}', "[1, {}]"]
        members = [f"{json.dumps(k, ensure_ascii=pick.random() < 0.5)}{gap()}:{gap()}{self.string(v)}" for k, v in pairs]
        if pick.random() < 0.3:
            members.insert(pick.randrange(len(members) + 1), f'"o":{pick.choice(odd)}')
        return "{" + gap() + f"{gap()},{gap()}".join(members) + gap() + "}" + pick.choice(["", "", "", " ", "\n"])

    def string(self, value):
        text = json.dumps(value, ensure_ascii=self.random.random() < 0.5)
        if self.random.random() < 0.1 and len(text) > 3:
            at = self.random.randrange(1, len(text) - 1)
            if text[at].isalnum() and "\\" not in text:
                text = f"{text[:at]}\\u{ord(text[at]):04X}{text[at + 1:]}"
        return text

    def pairs(self, pairs):
        pick = self.random
        bare = pairs[0][0] == "driver" and pick.random() < 0.8
        words = [("" if i == 0 and bare else f"{k}=") + v.replace(",", ",,") for i, (k, v) in enumerate(pairs)]
        if pick.random() < 0.2:
            words.append(pick.choice(["multifunction", "nomultifunction", ""]))
        return ",".join(words) + pick.choice(["", "", "", ",", ",,"])

    def spoil(self, text):
        pick = self.random
        for _ in range(pick.randint(1, 3)):
            at = pick.randrange(len(text) + 1)
            text = text[:at] + pick.choice(["", pick.choice(SCRAPS)]) + text[at + pick.randrange(3):]
        return text

    def device(self):
        pairs = self.properties()
        text = self.json(pairs) if self.random.random() < 0.5 else self.pairs(pairs)
        return self.spoil(text) if self.random.random() < 0.3 else text

    def list(self):
        pick = self.random
        words = []
        for _ in range(pick.randrange(12)):
            kind = pick.random()
            if kind < 0.5:
                words += [pick.choice(["-device", "--device"]), self.device()]
            elif kind < 0.75:
                words += ["-" + pick.choice(sorted(reference.WITH_ARGUMENT - {"device"})), pick.choice(FREE)]
            elif kind < 0.9:
                words.append(pick.choice(SWITCHES))
            else:
                words.append(pick.choice([*FREE, self.device()]))
        return [word.replace("\0", "").encode("utf-8", "surrogateescape") for word in words]


def run_chunk(test, lists, number):
    file = test.folder / f"lists-{number}"
    file.write_bytes(b"".join(harness.pack(words) for words in lists))
    done = subprocess.run([test.standin, "--lists", file, test.wrapper], capture_output=True, timeout=200,
                          env=test.environment(), check=False)
    return done.returncode, harness.unpack(done.stdout), done.stderr


def run(test):
    maker = Maker(20)
    lists = [maker.list() for _ in range(LISTS)]
    chunks = [lists[i:i + CHUNK] for i in range(0, LISTS, CHUNK)]
    changed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = pool.map(lambda pair: run_chunk(test, pair[1], pair[0]), enumerate(chunks))
        for chunk, (status, got, err) in zip(chunks, results):
            test.equal("a chunk of lists", (status, len(got), err), (0, len(chunk), b""))
            for words, seen in zip(chunk, got):
                expected = reference.arguments(words, harness.MAP)
                changed += expected != words
                test.check(f"list {words}", seen[1:] == expected,
                           next((f"\n  got      {g}\n  expected {e}" for g, e in zip(seen[1:], expected) if g != e), "length"))
    test.check("many lists are changed, and many are not", LISTS * 0.2 < changed < LISTS * 0.9, changed)
    print(f"{LISTS} lists, {changed} of them changed")
