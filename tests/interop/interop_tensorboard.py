"""A run's event files in TensorBoard's own readers.

A run with samples, then a second start from an earlier checkpoint after the last record was torn.  TensorBoard's record reader
accepts every checksum; its two readers of folders, the one for scripts (event_accumulator) and the one behind its page
(the data server), show exactly the numbers, notes and contact sheets that metrics.jsonl and samples/ hold.
"""
import glob
import io
import json
import os
import time

from PIL import Image
from tensorboard.backend.event_processing import event_accumulator
from tensorboard.compat.tensorflow_stub import errors, pywrap_tensorflow
from tensorboard.context import RequestContext
from tensorboard.data import server_ingester
from tensorboard.util import grpc_util

from interop_common import largest, main, row, run


def train(work, *args):
    run("cadtrain", f"{work}/run.ini", f"--run-dir={work}/run", "-q", *args)


def make_run(work):
    run("make_fixture", work)
    samples = ["--set=sample.every=3 steps", "--set=sample.n=2", "--set=sample.max_new=16", "--set=checkpoint.every=2 steps"]
    train(work, "--set=train.max_steps=7", *samples)
    newest = sorted(glob.glob(f"{work}/run/tb/*"))[-1]
    os.truncate(newest, os.path.getsize(newest) - 9)
    train(work, "--set=train.max_steps=9", *samples, f"--resume={work}/run/ckpt/step-000004",
          "--allow-change=train.max_steps")
    return f"{work}/run"


def count_records(path):
    """Through TensorBoard's record reader, which fails at the first wrong checksum or torn record."""
    reader = pywrap_tensorflow.PyRecordReader_New(path, 0, "", None)
    for count in range(10**6):
        try:
            reader.GetNext()
        except errors.OutOfRangeError:
            return count
    raise AssertionError("no end")


def read_truth(run):
    lines = [json.loads(line) for line in open(f"{run}/metrics.jsonl")][1:]
    numbers = {}
    for line in lines:
        for name, value in line.get("v", {}).items():
            numbers.setdefault(name, []).append((line["step"], float(value)))
    notes = [(line["step"], line["msg"]) for line in lines if line["kind"] == "note"]
    sampled = {line["step"]: f"{run}/samples/step-{line['step']:06d}/contact.png" for line in lines if line["kind"] == "sample"}
    sheets = [(step, open(path, "rb").read()) for step, path in sampled.items() if os.path.exists(path)]
    return numbers, notes, sheets


def check_numbers(got, want):
    """The largest relative difference, of f32 there from the decimals here."""
    assert got.keys() == want.keys(), f"{sorted(got)}; expected {sorted(want)}"
    for name in want:
        assert [s for s, _ in got[name]] == [s for s, _ in want[name]], f"steps of {name}"
    pairs = [(g[1], w[1]) for name in want for g, w in zip(got[name], want[name])]
    return largest(abs(g - w) / abs(w) if w else abs(g) for g, w in pairs)


def read_as_script(folder):
    reader = event_accumulator.EventAccumulator(folder, size_guidance=dict.fromkeys(
        ["scalars", "images", "tensors", "compressedHistograms", "histograms", "audio"], 0))
    reader.Reload()
    tags = reader.Tags()
    numbers = {tag: [(e.step, e.value) for e in reader.Scalars(tag)] for tag in tags["scalars"]}
    notes = [(e.step, e.tensor_proto.string_val[0].decode()) for tag in tags["tensors"] for e in reader.Tensors(tag)]
    assert tags["images"] in ([], ["sample/contact"]) and tags["tensors"] == ["note"]
    images = [(e.step, e.encoded_image_string) for tag in tags["images"] for e in reader.Images(tag)]
    for tag in tags["images"]:
        for e in reader.Images(tag):
            picture = Image.open(io.BytesIO(e.encoded_image_string))
            picture.load()
            assert picture.size == (e.width, e.height) and picture.mode == "RGB"
    return numbers, notes, images


def start_server(folder):
    """The server that TensorBoard's page asks by default; it ends with this process."""
    ingester = server_ingester.SubprocessServerDataIngester(
        server_binary=server_ingester.get_server_binary(), logdir=folder, reload_interval=0,
        channel_creds_type=grpc_util.ChannelCredsType.LOCAL, samples_per_plugin={"scalars": 0, "images": 0, "text": 0})
    ingester.start()
    return ingester


def read_as_page(data):
    ask = {"ctx": RequestContext(), "experiment_id": "", "downsample": 1000}
    numbers = data.read_scalars(**ask, plugin_name="scalars").get(".", {})
    notes = data.read_tensors(**ask, plugin_name="text").get(".", {})
    images = data.read_blob_sequences(**ask, plugin_name="images").get(".", {})
    assert set(notes) <= {"note"} and set(images) <= {"sample/contact"}
    return ({tag: [(e.step, e.value) for e in series] for tag, series in numbers.items()},
            [(e.step, e.numpy.item().decode()) for tag in notes for e in notes[tag]],
            [(e.step, data.read_blob(ask["ctx"], blob_key=e.values[2].blob_key)) for tag in images for e in images[tag]])


def check(name, got, want):
    worst = check_numbers(got[0], want[0])
    assert got[1] == want[1], f"{name}: notes {got[1]}; expected {want[1]}"
    assert got[2] == want[2], f"{name}: sheets of steps {[s for s, _ in got[2]]}; expected {[s for s, _ in want[2]]}"
    row("Run files", f"numbers of metrics.jsonl in TensorBoard's {name}, relative; notes and contact sheets are equal", worst, 1e-6,
        ["tensorboard"])


def test_tensorboard(work):
    run_dir = make_run(work)
    counts = [count_records(path) for path in sorted(glob.glob(f"{run_dir}/tb/*"))]
    assert len(counts) == 2 and min(counts) > 2, counts
    want = read_truth(run_dir)
    assert [step for step, _ in want[0]["train/loss"]] == list(range(1, 10)) and len(want[1]) == 1
    assert [step for step, _ in want[2]] == ([3, 6, 9] if glob.glob(f"{run_dir}/samples/*/scores.jsonl") else [])
    check("event_accumulator", read_as_script(f"{run_dir}/tb"), want)
    server = start_server(f"{run_dir}/tb")
    for again in range(60):  # it reads the folder in the background
        try:
            return check("data server", read_as_page(server.data_provider), want)
        except AssertionError:
            if again == 59:
                raise
            time.sleep(0.25)


if __name__ == "__main__":
    main(test_tensorboard)
