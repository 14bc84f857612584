"""The event files of a run, read without TensorBoard:  read_events.py RUN STARTS

Each record has the right checksums; there is one file for each start, named in their order; all but the first begin with a
restart mark at the step after the resumed one; what the marks leave is exactly metrics.jsonl, and each contact sheet of a
sample, whose PNG decodes.  STARTS is the number of starts.  Prints what it saw.
"""
import glob
import json
import struct
import sys
import zlib

CRC = []
for i in range(256):
    for _ in range(8):
        i = i >> 1 ^ (0x82F63B78 if i & 1 else 0)
    CRC.append(i)


def masked_crc(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ CRC[(crc ^ byte) & 255]
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records(path):
    data = open(path, "rb").read()
    at = 0
    while at < len(data):
        assert len(data) - at >= 16, f"{path}: torn at {at}"
        length, crc = struct.unpack_from("<QI", data, at)
        assert masked_crc(data[at:at + 8]) == crc, f"{path}: wrong checksum of the length at {at}"
        assert at + 16 + length <= len(data), f"{path}: torn at {at}"
        payload = data[at + 12:at + 12 + length]
        assert masked_crc(payload) == struct.unpack_from("<I", data, at + 12 + length)[0], f"{path}: wrong checksum at {at}"
        yield payload
        at += 16 + length


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 128:
            return value, at


def fields(data):
    """Field number -> list of raw values (int for a varint, bytes for the rest) of one protobuf message."""
    found, at = {}, 0
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 0:
            value, at = varint(data, at)
        else:
            size, at = {1: lambda: (8, at), 5: lambda: (4, at), 2: lambda: varint(data, at)}[key & 7]()
            value, at = data[at:at + size], at + size
            assert len(value) == size
        found.setdefault(key >> 3, []).append(value)
    return found


def check_png(data, width, height):
    """Chunks with right checksums, and pixels that inflate to 8-bit RGB of that size."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, kinds, pixels = 8, [], b""
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8:at + 8 + size]
        assert zlib.crc32(kind + body) == struct.unpack_from(">I", data, at + 8 + size)[0], f"chunk {kind}"
        if kind == b"IHDR":
            assert struct.unpack(">IIBBBBB", body) == (width, height, 8, 2, 0, 0, 0)
        pixels += body if kind == b"IDAT" else b""
        kinds.append(kind)
        at += 12 + size
    assert kinds[0] == b"IHDR" and kinds[-1] == b"IEND"
    assert len(zlib.decompress(pixels)) == height * (1 + 3 * width)


def take_value(kept, value, step, wall):
    tag = value[1][0].decode()
    if 2 in value:
        kept["scalar"].append((step, tag, struct.unpack("<f", value[2][0])[0], wall))
    elif 4 in value:
        image = {k: v[0] for k, v in fields(value[4][0]).items()}
        assert tag == "sample/contact" and image[3] == 3
        check_png(image[4], image[2], image[1])
        kept["image"].append((step, image[4]))
    else:
        tensor, metadata = fields(value[8][0]), fields(value[9][0])
        assert tag == "note" and tensor[1] == [7] and fields(metadata[1][0])[1] == [b"text"] and metadata[4] == [2]
        kept["note"].append((step, tensor[8][0].decode()))


def read_run(run):
    """What the restart marks leave of all files, and the steps of the marks."""
    kept, marks = {"scalar": [], "image": [], "note": []}, []
    for number, path in enumerate(sorted(glob.glob(f"{run}/tb/*"))):
        events = [fields(r) for r in records(path)]
        assert events and events[0][3] == [b"brain.Event:2"], f"{path}: no version"
        assert (len(events) > 1 and 7 in events[1]) == (number > 0), f"{path}: restart mark"
        for event in events[1:]:
            step, wall = event.get(2, [0])[0], struct.unpack("<d", event[1][0])[0]
            if 7 in event:
                assert fields(event[7][0]) == {1: [1]}
                marks.append(step)
                kept = {kind: [e for e in all if e[0] < step] for kind, all in kept.items()}
            for value in fields(event[5][0]).get(1, []) if 5 in event else []:
                take_value(kept, fields(value), step, wall)
    return kept, marks


def as_f32(value):
    return struct.unpack("<f", struct.pack("<f", float(value)))[0]


def main(run, starts):
    kept, marks = read_run(run)
    lines = [json.loads(line) for line in open(f"{run}/metrics.jsonl")][1:]
    want = [(l["step"], name, as_f32(v), l["t"]) for l in lines if "v" in l for name, v in l["v"].items()]
    got = [(step, tag, v, round(wall, 3)) for step, tag, v, wall in kept["scalar"]]
    assert len(got) == len(want), f"{len(got)} numbers; metrics.jsonl has {len(want)}"
    for a, b in zip(got, want):
        assert a[:2] == b[:2] and abs(a[3] - b[3]) < 2e-3 and abs(a[2] - b[2]) <= 1e-6 * abs(b[2]), f"{a}; expected {b}"
    assert kept["note"] == [(l["step"], l["msg"]) for l in lines if l["kind"] == "note"], kept["note"]
    for step, png in kept["image"]:
        assert png == open(f"{run}/samples/step-{step:06d}/contact.png", "rb").read()
    sheets = [l["step"] for l in lines if l["kind"] == "sample"]
    assert [step for step, _ in kept["image"]] == sheets, f"sheets of steps {sheets}"
    restarts = [r["step"] + 1 for r in json.load(open(f"{run}/run.json"))["restarts"]]
    assert marks == restarts and len(marks) == starts - 1, f"marks at {marks}; restarts at {restarts}"
    print(f"{starts} files, {len(got)} numbers, {len(sheets)} sheets, {len(kept['note'])} notes, restart marks {marks}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
