"""The core profile of the evaluation beside trimesh and SciPy:  eval.py [--tiny] [--out=LINES.json]

bench_eval writes its canonical meshes and clouds; the same measures are then taken of them with trimesh (points by area,
closest point of a mesh, rays for voxels; one thread).  Values must agree: area and volume, mean squared distances of the same
points, IoU.  Rays are moved by a millionth of a cell off the cells' centres so that none runs through an edge, and cells whose
centre lies on a face go either way: hence the limit of IoU.  Distances between clouds (scipy KD-trees), which published
evaluators take instead of distances to the surface, are timed beside; they are another measure, so not compared.
Times are medians over the pairs.
"""
import argparse
import tempfile
import time

import numpy as np
import scipy
import trimesh
from scipy.spatial import cKDTree

from common import check, line, program, read, write

EXACT, LIMIT_IOU = 1e-9, 0.005
PLAN = "planned"  # no floor is known; what the prototype of each part took


def load(folder, name, n):
    f64 = np.fromfile(f"{folder}/{name}.f64").reshape(-1, 3)
    tri = np.fromfile(f"{folder}/{name}.u32", dtype="<u4").reshape(-1, 3).astype(np.int64)
    return f64[:n], trimesh.Trimesh(f64[n:], tri, process=False)


def aligned(mesh, scale):
    lo, hi = mesh.bounds
    return trimesh.Trimesh((mesh.vertices - (lo + hi) / 2) * scale, mesh.faces, process=False)


def extent(mesh):
    return float(np.max(mesh.bounds[1] - mesh.bounds[0]))


def voxels(mesh, r):
    """Cells of the unit cube whose centre is inside, by counting crossings below it along a ray in z."""
    at = (np.arange(r) + 0.5) / r - 0.5
    x, y = (v.ravel() for v in np.meshgrid(at + 1.1e-6 / r, at + 1.7e-6 / r, indexing="ij"))
    start = np.stack([x, y, np.full(r * r, -2.0)], axis=1)
    hit, ray, _ = mesh.ray.intersects_location(start, np.tile([0.0, 0.0, 1.0], (r * r, 1)), multiple_hits=True)
    first = np.clip(np.ceil((hit[:, 2] + 0.5) * r - 0.5).astype(int), 0, r)  # first cell whose centre is above
    crossed = np.zeros((r * r, r + 1), dtype=np.int64)
    np.add.at(crossed, (ray, first), 1)
    return np.cumsum(crossed, axis=1)[:, :r] % 2 == 1


def iou(a, b, scale, r):
    va, vb = voxels(aligned(a, scale[0]), r), voxels(aligned(b, scale[1]), r)
    return float((va & vb).sum() / max((va | vb).sum(), 1))


def near(what, ours, theirs, limit):
    check(abs(ours - theirs) <= limit, f"{what}: {ours!r} here, {theirs!r} there")


def one_pair(folder, i, ours, n, r):
    """Checks one pair; seconds of each step."""
    clouds, meshes = zip(*(load(folder, f"{i}_{k}", n) for k in range(2)))
    unit = [1 / extent(m) for m in meshes]
    a1 = [aligned(m, s) for m, s in zip(meshes, unit)]
    t = [time.perf_counter()]
    drawn = [trimesh.sample.sample_surface(m, n)[0] for m in a1]
    t.append(time.perf_counter())
    means = [float(np.mean(trimesh.proximity.closest_point(a1[1 - k], clouds[k])[1] ** 2)) for k in range(2)]
    t.append(time.perf_counter())
    ious = [iou(*meshes, unit, r), iou(*meshes, [1 / max(map(extent, meshes))] * 2, r)]
    t.append(time.perf_counter())
    for a, b in (drawn, drawn[::-1]):
        cKDTree(b).query(a)
    t.append(time.perf_counter())
    for k in range(2):
        near(f"pair {i}, area", ours["area"][k] / meshes[k].area, 1, EXACT)
        near(f"pair {i}, volume", ours["volume"][k] / meshes[k].volume, 1, EXACT)
        near(f"pair {i}, distance", ours["mean"][k], means[k], EXACT)
        near(f"pair {i}, IoU", ours["iou"][k], ious[k], LIMIT_IOU)
    return np.diff(t), max(abs(x - y) for x, y in zip(ours["iou"], ious)), max(abs(x - y) for x, y in zip(ours["mean"], means))


if __name__ == "__main__":
    a = argparse.ArgumentParser()
    a.add_argument("--tiny", action="store_true")
    a.add_argument("--out")
    a = a.parse_args()
    pairs = 2 if a.tiny else 12
    with tempfile.TemporaryDirectory() as folder:
        program("bench_eval", pairs, folder)
        ours = read(folder)
        r = ours["voxels"]
        got = [one_pair(folder, i, p, ours["points"], r) for i, p in enumerate(ours["pairs"])]
    print(f"  {pairs} pairs: largest difference of IoU {max(g[1] for g in got):.1e}, of mean distances {max(g[2] for g in got):.1e}")
    theirs = 1e3 * np.median([g[0] for g in got], axis=0)
    mine = {k: float(np.median([p[k] for p in ours["pairs"]])) for k in ("part_ms", "sample_ms", "distance_ms", "voxels_ms")}
    them = f"trimesh {trimesh.__version__}"
    everything = mine["sample_ms"] + mine["distance_ms"] + mine["voxels_ms"]
    write(a.out, [
        line("eval, 2 x 8,192 points", mine["sample_ms"], theirs[0], "ms", them, floor=1.6, floor_is=PLAN),
        line("eval, points to surface, both ways", mine["distance_ms"], theirs[1], "ms", them, floor=17.0, floor_is=PLAN),
        line("eval, voxels 64^3, A1 and A0c", mine["voxels_ms"], theirs[2], "ms", them, floor=1.8, floor_is=PLAN),
        line("eval, the three together", everything, float(theirs[:3].sum()), "ms", them),
        line("eval, cloud to cloud (not what we measure)", mine["distance_ms"], theirs[3], "ms", f"scipy {scipy.__version__} KD-tree"),
        line("eval, both programs to checked meshes", mine["part_ms"], None, "ms", ""),
        line("eval, a sample of the core profile", everything + mine["part_ms"], None, "ms", "", target=80.0)])
