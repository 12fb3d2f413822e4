#!/usr/bin/env bash
# Checks circuit.pml exhaustively. Needs Spin (Debian package spin) and a C compiler; takes about 2 GB and some minutes.
set -euo pipefail
model=$(cd "$(dirname "$0")" && pwd)/circuit.pml
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
spin -a "$model"
cc -O2 -DSAFETY -DCOLLAPSE -o pan pan.c
./pan -m100000 | tee result
grep -q 'errors: 0' result
