#!/bin/sh
# Takes away what install.sh wrote, and nothing else.
set -eu
to=${XDG_DATA_HOME:-$HOME/.local/share}/huibao
link=$HOME/.local/bin/huibao
unset PYTHONPATH PYTHONHOME
if [ ! -e "$to/python" ]; then
    echo "@nothing@"
    exit 0
fi
if "$to/python/bin/python" -c "import huibao" 2>/dev/null && ! "$to/python/bin/huibao" addin remove; then
    echo "@not_removed@" >&2
    exit 1
fi
if [ "$(readlink "$link" || true)" = "$to/python/bin/huibao" ]; then
    rm "$link"
fi
rm -rf "$to/python"
rmdir "$to" 2>/dev/null || true
echo "@removed@"
