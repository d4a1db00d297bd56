"""Keeps files in the page cache: maps them, and waits for the end of its input. What is mapped cannot be dropped.

    python3 -I -S keep-cached.py FILE...
"""
import mmap
import sys

PAGE_BYTES = 4096


def main():
    maps = []
    for path in sys.argv[1:]:
        with open(path, "rb") as file:
            maps.append(mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ))
        # Looks at a byte of each page.
        maps[-1][::PAGE_BYTES]
    print("ready", flush=True)
    sys.stdin.read()


main()
