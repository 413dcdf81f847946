#!/bin/sh
# Holds the engine on this machine's GPU against the processor's numbers, and measures it. No browser, Node or network is
# needed; the weights of what is measured are made here.
#   sh run.sh [--parts cases,speed] [--size 3b|middle] [--dtype q4f16,q4] [--cycles 5] [--tokens 48] [--v8 whole|quick]
#             [--json FILE]
# Prints one JSON object; exit status 3 without an adapter, 1 where a number is wrong. VIDEMO_BENCH_WORK names another folder for what is made (3b: 2 GB).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=${VIDEMO_BENCH_WORK:-$here/work}
export VIDEMO_BENCH_WORK="$work"
mkdir -p "$work/lib"

# Large files came in parts.
runtime=$here/runtime/node
if [ ! -e "$runtime" ]; then
  runtime=$work/node
  [ -e "$runtime" ] || { cat "$here"/runtime/node.part* > "$runtime.new" && mv "$runtime.new" "$runtime"; }
fi
chmod +x "$runtime"

# Libraries of our own where this machine has none.
for library in "$here"/lib/*; do
  name=$(basename "$library")
  if ! ldconfig -p 2>/dev/null | grep -q "$name"; then cp -f "$library" "$work/lib/$name"; fi
done
export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$work/lib"

# Containers often have NVIDIA's driver without the file that names it.
if [ -z "${VK_ICD_FILENAMES:-}" ] && ! ls /etc/vulkan/icd.d/*nvidia* /usr/share/vulkan/icd.d/*nvidia* >/dev/null 2>&1; then
  for driver in libGLX_nvidia.so.0 libEGL_nvidia.so.0; do
    path=$(ldconfig -p 2>/dev/null | grep "$driver" | head -n 1 | sed 's/.*=> //')
    # The first one needs X11's libraries.
    if [ -z "$path" ] || ldd "$path" 2>/dev/null | grep -q 'not found'; then continue; fi
    printf '{"file_format_version":"1.0.0","ICD":{"library_path":"%s","api_version":"1.3.0"}}' "$path" > "$work/nvidia_icd.json"
    export VK_ICD_FILENAMES="$work/nvidia_icd.json"
    break
  done
fi

exec "$runtime" "$here/app/packed.js" "$@"
