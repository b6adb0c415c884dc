#!/bin/sh
# Renews the pinned requirements from pyproject.toml. Needs uv on the PATH.
# No index is written into the files, so each place installs from the one it is set up for.
set -eu
cd "$(dirname "$0")/.."
lock="uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate"
$lock requirements/build.in -o requirements/build.txt "$@"
$lock pyproject.toml -c requirements/build.txt -o requirements/run.txt "$@"
$lock pyproject.toml --extra dev -c requirements/run.txt -c requirements/build.txt -o requirements/dev.txt "$@"
