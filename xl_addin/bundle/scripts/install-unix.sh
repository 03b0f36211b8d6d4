#!/bin/sh
# Installs Huibao for the user who runs it: no administrator, no internet. PYTHON=... names another Python.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
to=${XDG_DATA_HOME:-$HOME/.local/share}/huibao
link=$HOME/.local/bin/huibao
unset PYTHONPATH PYTHONHOME

# The system's own Python goes first: only that one has LibreOffice's module uno.
python=
for each in "${PYTHON:-}" /usr/bin/python3 python@python@ python3; do
    if [ -n "$each" ] && "$each" -c "import sys; sys.exit(@unfit@)" 2>/dev/null; then
        python=$each
        break
    fi
done
if [ -z "$python" ]; then
    echo "@no_python@" >&2
    exit 1
fi

echo "@filling@"
rm -rf "$to/python"
mkdir -p "$to"
if ! { "$python" -m venv --without-pip @site_packages@ "$to/python" &&
    "$to/python/bin/python" "$(ls "$here"/wheels/pip-*.whl)/pip" install --isolated --no-index \
        --find-links "$here/wheels" --ignore-installed --disable-pip-version-check --no-cache-dir --quiet "huibao[addin]==@version@"; }; then
    echo "@failed@" >&2
    exit 1
fi
if [ ! -e "$link" ] && [ ! -L "$link" ]; then
    mkdir -p "$(dirname -- "$link")"
    ln -s "$to/python/bin/huibao" "$link"
fi
if ! "$to/python/bin/huibao" addin install; then
    echo "@no_buttons@" >&2
    exit 1
fi
echo "@done@"
