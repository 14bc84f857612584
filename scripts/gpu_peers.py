#!/usr/bin/env python3
"""What other software takes for the same work on the same card, beside the lines of bench_gpu and job_gpu (scripts/gpu_check.sh runs it).

usage: gpu_peers.py --model=NAME [--tokens=N] [--json=FILE] [--self-test] [FILE.jsonl..]

FILE.jsonl: what bench_gpu and job_gpu wrote of runs that were good and of full length; of two lines of one kind the last counts.

attention   torch's scaled_dot_product_attention with the cuDNN back end, forward, and backward with deterministic algorithms
4 bits      bitsandbytes: dequantize_4bit, and matmul_4bit with 1, 8 and 64 rows
training    transformers + PEFT: one step with LoRA of rank 16 on a model of random weights, rows of 320 tokens
What cannot be imported is told and left out; another failure of a part is told too, and makes the exit status 1.  Needs PyTorch
and a GPU, but for --self-test."""
import argparse
import json
import statistics
import sys

MODELS = {  # name: layers, width, heads, kv heads, head dim, ffn, vocabulary, tied (model/hf/known_models.c)
    "Qwen2.5-0.5B": (24, 896, 14, 2, 64, 4864, 151936, True),
    "Qwen2.5-1.5B": (28, 1536, 12, 2, 128, 8960, 151936, True),
    "Qwen2.5-3B": (36, 2048, 16, 2, 128, 11008, 151936, True),
    "Qwen2.5-Coder-7B": (28, 3584, 28, 4, 128, 18944, 152064, False),
    "Llama-3.2-3B": (28, 3072, 24, 8, 128, 8192, 128256, True),
}
RUNS, WARMUP, IDLE = 100, 20, 5.0


def read_lines(paths):
    """Lines of bench_gpu and job_gpu, the last of each (op, model, shape)."""
    ours = {}
    for path in paths:
        for text in open(path, encoding="utf-8"):
            try:
                line = json.loads(text)
            except ValueError:
                continue
            if "us" in line and "op" in line:
                ours[line["op"], line["model"], line["shape"]] = statistics.median(line["us"])
            elif "job" in line and line.get("ms"):
                ours["train", line["job"], line["weights"]] = 1e3 * statistics.median(line["ms"])
    return ours


def ratio_text(ours, peer_us):
    return f"{peer_us / ours:.2f}x (ours {ours:.1f} us)" if ours else "ours was not measured"


def attention_shapes(model, tokens):
    """(segments, length, text as bench_gpu has it)"""
    _, _, h, k, d, *_ = MODELS[model]
    for s in (320, 4096):
        n = tokens // s
        if n:
            yield n, s, f"S {n} x {s}, H {h} K {k} D {d}"


def matrices(model):
    _, c, h, k, d, f, *_ = MODELS[model]
    return {"qkv": ((h + 2 * k) * d, c), "o": (c, h * d), "gate_up": (2 * f, c), "down": (c, f)}


class Clock:
    """Times by events, from a cold cache, as bench/gpu/gpu_clock.c takes them."""

    def __init__(self, torch):
        self.torch = torch
        l2 = torch.cuda.get_device_properties(0).L2_cache_size
        self.flush = torch.empty(4 * l2 // 4, dtype=torch.float32, device="cuda")

    def time(self, run):
        torch, out = self.torch, []
        for i in range(WARMUP + RUNS):
            if i == WARMUP:
                torch.cuda.synchronize()
                import time
                time.sleep(IDLE)
            self.flush.fill_(1.0)
            a, b = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
            a.record()
            run()
            b.record()
            b.synchronize()
            if i >= WARMUP:
                out.append(1e3 * a.elapsed_time(b))
        return out


def attention(torch, clock, model, tokens, tell):
    from torch.nn.attention import SDPBackend, sdpa_kernel
    _, _, h, k, d, *_ = MODELS[model]
    name = f"torch {torch.__version__} SDPA, cuDNN {torch.backends.cudnn.version()}"
    for n, s, shape in attention_shapes(model, tokens):
        q = torch.randn(n, h, s, d, dtype=torch.bfloat16, device="cuda", requires_grad=True)
        key, v = (torch.randn(n, k, s, d, dtype=torch.bfloat16, device="cuda", requires_grad=True) for _ in range(2))
        do = torch.randn_like(q)
        call = lambda: torch.nn.functional.scaled_dot_product_attention(q, key, v, is_causal=True, enable_gqa=True)
        with sdpa_kernel([SDPBackend.CUDNN_ATTENTION]):
            with torch.no_grad():
                tell("attn_fwd", shape, name, clock.time(call))
            torch.use_deterministic_algorithms(True, warn_only=True)
            o = call()
            tell("attn_bwd", shape, name, clock.time(lambda: torch.autograd.grad(o, (q, key, v), do, retain_graph=True)))
            torch.use_deterministic_algorithms(False)


def four_bits(torch, clock, model, _tokens, tell):
    import bitsandbytes as bnb
    import bitsandbytes.functional as bf
    name = f"bitsandbytes {bnb.__version__}"
    for matrix, (rows, cols) in matrices(model).items():
        w = 0.02 * torch.randn(rows, cols, dtype=torch.bfloat16, device="cuda")
        codes, state = bf.quantize_4bit(w, blocksize=64, quant_type="nf4")
        tell("nf4_dequant", f"{matrix}, N 1, {rows} x {cols}", name, clock.time(lambda: bf.dequantize_4bit(codes, state)))
        for n in (1, 8, 64):
            x = torch.randn(n, cols, dtype=torch.bfloat16, device="cuda")
            with torch.no_grad():
                tell("nf4_linear_fwd", f"{matrix}, N {n}, {rows} x {cols}", name,
                     clock.time(lambda: bnb.matmul_4bit(x, codes.t(), quant_state=state)))


def training(torch, _clock, model, tokens, tell):
    import peft
    import transformers
    layers, c, h, k, d, f, vocab, tied = MODELS[model]
    config = transformers.Qwen2Config(hidden_size=c, intermediate_size=f, num_hidden_layers=layers, num_attention_heads=h,
                                      num_key_value_heads=k, head_dim=d, vocab_size=vocab, tie_word_embeddings=tied, use_cache=False)
    torch.set_default_dtype(torch.bfloat16)
    with torch.device("cuda"):
        m = transformers.Qwen2ForCausalLM(config)
    torch.set_default_dtype(torch.float32)
    m = peft.get_peft_model(m, peft.LoraConfig(r=16, lora_alpha=16, target_modules="all-linear", task_type="CAUSAL_LM"))
    optimizer = torch.optim.AdamW([p for p in m.parameters() if p.requires_grad], lr=1e-3)
    row = 320
    ids = torch.randint(0, vocab, (tokens // row, row), device="cuda")
    labels = ids.clone()
    labels[:, :row // 2] = -100
    out = []
    for i in range(13):
        a, b = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        a.record()
        m(input_ids=ids, labels=labels).loss.backward()
        torch.nn.utils.clip_grad_norm_(m.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        b.record()
        b.synchronize()
        if i >= 3:
            out.append(1e3 * a.elapsed_time(b))
    tell("train", "bf16", f"transformers {transformers.__version__}, PEFT {peft.__version__}", out)


def main():
    o = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    o.add_argument("--model", choices=MODELS, default="Qwen2.5-Coder-7B")
    o.add_argument("--tokens", type=int, default=8192)
    o.add_argument("--json")
    o.add_argument("--self-test", action="store_true")
    o.add_argument("lines", nargs="*", metavar="FILE.jsonl")
    a = o.parse_args()
    if a.self_test:
        return self_test()
    import torch
    ours, clock = read_lines(a.lines), Clock(torch)
    out = open(a.json, "a", encoding="utf-8") if a.json else None

    def tell(op, shape, peer, us):
        median = statistics.median(us)
        print(f"{op:18} {a.model:18} {shape:40} {median:10.1f} us  {peer}: {ratio_text(ours.get((op, a.model, shape)), median)}", flush=True)
        if out:
            print(json.dumps({"peer_of": op, "model": a.model, "shape": shape, "peer": peer, "us": [round(t, 2) for t in us]}), file=out, flush=True)

    def each(part):
        part(torch, clock, a.model, a.tokens, tell)
        torch.cuda.empty_cache()

    return run_parts((attention, four_bits, training), each)


def run_parts(parts, run):
    """The exit status: a package that is not there is no failure, unless nothing is left; whatever else stops a part is one."""
    worked = failed = 0
    for part in parts:
        try:
            run(part)
            worked += 1
        except ImportError as e:
            print(f"{part.__name__}: left out: {e}")
        except Exception as e:  # whatever it was, the other parts are measured
            print(f"{part.__name__}: WRONG: {type(e).__name__}: {(str(e).splitlines() or [''])[0]}")
            failed += 1
    return 0 if worked and not failed else 1


def self_test():
    """The parts that need no PyTorch."""
    def broken(error):
        raise error
    assert run_parts([len, abs], lambda part: None) == 0
    assert run_parts([len, abs], lambda part: part is abs and broken(ImportError("none"))) == 0
    assert run_parts([len, abs], lambda part: part is abs and broken(RuntimeError("out of memory\nat 1"))) == 1
    assert run_parts([len, abs], lambda part: part is abs and broken(TypeError())) == 1
    assert run_parts([len], lambda part: broken(ImportError("none"))) == 1
    assert list(attention_shapes("Qwen2.5-Coder-7B", 8192)) == [(25, 320, "S 25 x 320, H 28 K 4 D 128"), (2, 4096, "S 2 x 4096, H 28 K 4 D 128")]
    assert matrices("Qwen2.5-3B")["qkv"] == (2560, 2048) and matrices("Qwen2.5-0.5B")["gate_up"] == (9728, 896)
    assert ratio_text(2.0, 3.0) == "1.50x (ours 2.0 us)" and ratio_text(None, 3.0) == "ours was not measured"
    print("self-test: fine")
    return 0


if __name__ == "__main__":
    sys.exit(main())
