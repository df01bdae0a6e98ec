#!/bin/sh
# Has what deploy/instance.py stands on, then runs it: bootstrap.sh [--instance F] COMMAND ...
#
# Only `run`, `services` and `test` look for missing Debian packages and install them.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

complain() {
    printf '\n%s\n' "$*" >&2
    exit 1
}

# The Python for everything: the system's if CKAN 2.12 runs on it, else another that is there.
find_python() {
    for candidate in ${PYTHON:-python3 python3.11 python3.12 python3.10}; do
        if "$candidate" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))' \
            2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
}

# Adds a package to $missing unless the command that needs it succeeds.
need() {
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}

has_postgres() {
    command -v postgres || ls /usr/lib/postgresql/*/bin/postgres
}

has_library() {
    "$python" -c 'import ctypes, sys; ctypes.CDLL(sys.argv[1])' "$1"
}

has_headers() {
    "$python" -c 'import os, sys, sysconfig
sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))'
}

has_thai_font() {
    fc-list :lang=th | grep -q .
}

find_missing() {
    missing=''
    python=$(find_python)
    if [ -z "$python" ]; then
        missing='python3 python3-venv python3-dev libmagic1'
    else
        need python3-venv "$python" -c 'import ensurepip, venv'
        need python3-dev has_headers
        need libmagic1 has_library libmagic.so.1
    fi
    need gcc command -v gcc
    need libpq-dev command -v pg_config
    need postgresql has_postgres
    need postgresql-client command -v psql
    need redis-server command -v redis-server
    need default-jdk-headless command -v javac
    need maven command -v mvn
    [ "$1" = services ] || need fonts-thai-tlwg-web test -e /usr/share/fonts/woff/tlwg/Loma.woff
    if [ "$1" = test ]; then
        need chromium command -v chromium
        need fonts-thai-tlwg has_thai_font
    fi
}

install() {
    command -v apt-get >/dev/null || complain "These are missing, and this is no Debian that could
install them:$missing (these are Debian's names)."
    become=''
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || complain "Debian packages are missing, and only root may
install them:

    apt-get install$missing

Have that done, or install sudo, then say make again."
        become=sudo
    fi
    echo "Installing Debian packages:$missing ..."
    # shellcheck disable=SC2086
    $become sh "$here/packages.sh" $missing || complain "The Debian packages could not be
installed (see above):$missing"
}

# The first word that is no option is the command.
command=''
after=''
for word in "$@"; do
    if [ "$after" = --instance ]; then after=''; continue; fi
    case $word in
        --instance) after=$word ;;
        *) command=$word; break ;;
    esac
done

case $command in
    run | services | test)
        purpose=$command
        case "$*" in *--extra\ test*) purpose=test ;; esac
        find_missing "$purpose"
        if [ -n "$missing" ]; then
            install
            find_missing "$purpose"
            [ -z "$missing" ] || complain "Still missing after the installation:$missing
CKAN 2.12 runs on Python 3.10 to 3.12; where Debian's is another, name one: make run PYTHON=/path"
        fi
        ;;
    *)
        python=$(find_python)
        [ -n "$python" ] || complain "There is no Python 3.10 to 3.12: make run installs what is missing."
        ;;
esac

PYTHONUTF8=1
export PYTHONUTF8
exec "$python" "$here/instance.py" "$@"
