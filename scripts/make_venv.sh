#!/bin/sh
# Make or refresh the virtual environment: make_venv.sh PYTHON FOLDER.
# Every package comes from requirements.lock and must have the hash written there.
set -eu

python=$1
venv=$2
uv_version=0.13.9

"$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || {
    echo "Wattwarden needs Python 3.11; '$python' is $("$python" -V 2>&1). Run: make PYTHON=/path/to/python3.11" >&2
    exit 1
}

# Debian ships python3 without ensurepip; the package python3-venv brings it.
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv
    else
        echo "'$python' cannot make virtual environments. Install the package python3-venv, for example:" >&2
        echo "    sudo apt-get install python3-venv" >&2
        exit 1
    fi
fi

# Two makes at once wait for each other. Not .lock: that one is uv's own.
mkdir -p "$venv"
exec 9>"$venv/making.lock"
flock 9

[ -x "$venv/bin/python" ] && [ -x "$venv/bin/pip" ] || "$python" -m venv --clear "$venv"
[ "$("$venv/bin/uv" --version 2>/dev/null | cut -d' ' -f2)" = "$uv_version" ] ||
    "$venv/bin/pip" install --quiet --disable-pip-version-check "uv==$uv_version"

export VIRTUAL_ENV="$venv"
"$venv/bin/uv" pip sync --quiet --require-hashes requirements.lock
"$venv/bin/uv" pip install --quiet --no-deps --no-build-isolation --editable .
touch "$venv/ready"
