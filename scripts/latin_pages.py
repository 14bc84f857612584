#!/usr/bin/env python3
"""Writes cad/step/latin_pages.h: what bytes A0 to FF mean in ISO 8859-1 to -9 (the pages of \\S\\ and \\PA\\ to \\PI\\ in STEP files).

    scripts/latin_pages.py > cad/step/latin_pages.h
"""
print("""/* Bytes A0 to FF in ISO 8859-1 to -9; 0: no character.  Written by scripts/latin_pages.py. */
#ifndef CADLM_CAD_STEP_LATIN_PAGES_H
#define CADLM_CAD_STEP_LATIN_PAGES_H

#include <stdint.h>
""")
print("static const uint16_t LATIN_PAGE[9][96] = {")
for page in range(1, 10):
    rows = []
    for byte in range(0xA0, 0x100):
        try:
            rows.append(f"0x{ord(bytes([byte]).decode(f'iso8859-{page}')):X}")
        except UnicodeDecodeError:
            rows.append("0")
    print(f"    /* ISO 8859-{page} */")
    lines = [", ".join(rows[k:k + 12]) for k in range(0, 96, 12)]
    print("    {" + ",\n     ".join(lines) + "},")
print("};\n\n#endif")
