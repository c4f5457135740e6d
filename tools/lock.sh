#!/bin/sh
# Writes requirements/run.txt and requirements/dev.txt from pyproject.toml: exact versions with hashes, no index address.
set -eu
cd "$(dirname "$0")/.."
uv=${UV:-.venv/bin/uv}
compile() {
    out=$1
    shift
    "$uv" pip compile pyproject.toml "$@" --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-annotate --no-header --upgrade --output-file "$out"
    if grep -nE '://|--(extra-)?index|--find-links' "$out"; then
        echo "$out names an address; it must not" >&2
        exit 1
    fi
}
# The tools narrow what the service may take (never the other way round), so that both files agree on every version.
compile requirements/dev.txt --extra dev
compile requirements/run.txt --constraint requirements/dev.txt
# What `make mutants` needs beside them; no part of the suite.
echo "mutmut>=3.8" | "$uv" pip compile - --constraint requirements/dev.txt --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --no-annotate --no-header --upgrade --output-file requirements/mutants.txt
