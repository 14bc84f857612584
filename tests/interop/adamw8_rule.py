"""8-bit AdamW as its rule says it, in numpy, one operation of f32 at a time: the oracle of interop_adamw.py and of the golden file.

Maps, block quantisation and update: Dettmers et al. 2022 (arXiv 2110.02861); decay, the sign rule and rounding as in
kernels/args_step.h.  A tensor is a flat array; moments of fewer than 4096 elements stay f32.
"""
import numpy as np

F = np.float32
BETA1, BETA2, EPS = 0.9, 0.999, 1e-8
BLOCK, SMALL = 256, 4096


def dynamic_map(signed):
    values = [0.0, 1.0]
    for i in range(7):
        edges = np.linspace(0.1, 1, 2 ** (i if signed else i + 1) + 1)
        middles = (edges[:-1] + edges[1:]) / 2 * 10.0 ** (i - 6)
        values += list(middles) + (list(-middles) if signed else [])
    return np.sort(np.array(values)).astype(F)


MAP_M, MAP_V = dynamic_map(True), dynamic_map(False)


def encode(x, table):
    """Codes and absmax of each block, a row of x: the nearest entry, of two as near the even code."""
    top = np.max(np.abs(x), axis=1)
    zero = top == 0
    y = x * (F(1) / np.where(zero, F(1), top))[:, None]
    middle = (table[1:] + table[:-1]) * F(0.5)
    low = np.searchsorted(middle, y, side="left")  # number of midpoints below y
    tie = (low < 255) & (middle[np.minimum(low, 254)] == y)
    return np.where(zero[:, None], np.searchsorted(table, F(0)), low + (tie & (low % 2 == 1))).astype(np.uint8), top


def keep_sign(codes, m):
    stored, wanted = np.signbit(MAP_M[codes]), np.signbit(m)
    step = np.where(stored == wanted, 0, np.where(wanted, -1, 1))
    return np.clip(codes.astype(int) + step, 0, 255).astype(np.uint8)


class AdamW:
    """One tensor p (f32, in place)."""

    def __init__(self, p, lr, decay, before, sign_rule, eight=True):
        self.p, self.lr, self.decay, self.before, self.sign_rule = p, lr, decay, before, sign_rule
        self.t = 0
        self.eight = eight and len(p) >= SMALL
        if self.eight:
            blocks = -(-len(p) // BLOCK)
            self.m8, self.v8 = np.zeros(len(p), np.uint8), np.zeros(len(p), np.uint8)
            self.ma, self.va = np.zeros(blocks, F), np.zeros(blocks, F)
        else:
            self.m, self.v = np.zeros(len(p), F), np.zeros(len(p), F)

    def step(self, g):
        self.t += 1
        c1, c2 = 1 - BETA1**self.t, np.sqrt(1 - BETA2**self.t)
        m, v = self.moments()
        m = F(BETA1) * m + F(1 - BETA1) * g
        v = F(BETA2) * v + F(1 - BETA2) * (g * g)
        shrink = F(1 - self.lr * self.decay)
        p = self.p * shrink if self.before else self.p
        p = p - F(self.lr * c2 / c1) * m / (np.sqrt(v) + F(c2 * EPS))
        self.p[:] = p if self.before else p * shrink
        self.keep(m, v)

    def moments(self):
        if not self.eight:
            return self.m, self.v
        n = len(self.p)
        return MAP_M[self.m8] * np.repeat(self.ma, BLOCK)[:n], MAP_V[self.v8] * np.repeat(self.va, BLOCK)[:n]

    def keep(self, m, v):
        if not self.eight:
            self.m, self.v = m, v
            return
        n, ragged = len(m), -len(m) % BLOCK
        codes, self.ma = encode(np.pad(m, (0, ragged)).reshape(-1, BLOCK), MAP_M)
        self.m8 = codes.reshape(-1)[:n]
        if self.sign_rule:
            self.m8 = np.where(np.repeat(self.ma, BLOCK)[:n] > 0, keep_sign(self.m8, m), self.m8)
        codes, self.va = encode(np.pad(v, (0, ragged)).reshape(-1, BLOCK), MAP_V)
        self.v8 = codes.reshape(-1)[:n]
