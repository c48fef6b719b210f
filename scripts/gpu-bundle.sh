#!/bin/sh
# Measures this machine's GPU: `sh run.sh` runs `convolab bench --backend gpu --json`, beside PyTorch where a Python has it.
# Any other words are a convolab command, such as `sh run.sh devices`. README.md beside this says more.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

# Writes what an xz file holds to standard output; where there is no xz, Python can read it.
unpack() {
  if command -v xz >/dev/null 2>&1; then
    xz -dc "$1"
  else
    python3 -c 'import lzma, shutil, sys
with lzma.open(sys.argv[1]) as packed: shutil.copyfileobj(packed, sys.stdout.buffer)' "$1"
  fi
}

if [ ! -x "$here/node" ]; then
  unpack "$here/node.xz" >"$here/node.part"
  chmod +x "$here/node.part"
  mv "$here/node.part" "$here/node"
fi
if [ ! -e "$here/app/package.json" ]; then
  rm -rf "$here/unpacked"
  mkdir "$here/unpacked"
  unpack "$here/app.tar.xz" | tar -xf - -C "$here/unpacked"
  mv "$here/unpacked/app" "$here/app"
  rmdir "$here/unpacked"
fi

# A Python that has PyTorch, where there is one.
torch() {
  for python in "${CONVOLAB_PYTHON:-}" python3 /usr/bin/python3; do
    if [ -n "$python" ] && "$python" -c 'import torch' >/dev/null 2>&1; then
      printf '%s' "$python"
      return
    fi
  done
}

if [ $# -eq 0 ]; then
  set -- bench --backend gpu --json
  python=$(torch)
  if [ -n "$python" ]; then
    export CONVOLAB_PYTHON="$python"
    set -- "$@" --peer pytorch
  fi
fi
export CONVOLAB_HOME="${CONVOLAB_HOME:-$here/home}"
exec "$here/node" "$here/app/core/cli/main.ts" "$@"
