#!/usr/bin/env python3
"""Each test that docs/dev/RELIABILITY.md names exists, and each rel.* test stands in it.  usage: page.py ROOT BUILD CTEST"""
import pathlib
import re
import subprocess
import sys

root, build, ctest = sys.argv[1:]
page = pathlib.Path(root, "docs/dev/RELIABILITY.md").read_text()
rows = "\n".join(line for line in page.splitlines() if line.startswith("|"))
named = set(re.findall(r"`((?:rel|e2e|core|cad|fuzz|train|kernels|model|inv|interop)\.[\w.]+)`", rows))
listed = subprocess.run([ctest, "--test-dir", build, "-N"], capture_output=True, text=True, check=True).stdout
there = set(re.findall(r"Test\s+#\d+: (\S+)", listed))
problems = [f"{name}: the page names it, no test is called so" for name in sorted(named - there)]
problems += [f"{name}: a test that the page lacks" for name in sorted(there - named) if name.startswith(("rel.", "fuzz.")) and name != "rel.page"]
print("\n".join(problems) or f"{len(named)} tests, all there")
sys.exit(bool(problems))
