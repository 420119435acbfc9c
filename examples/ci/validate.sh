#!/bin/sh
# validate.sh: check the files of all directories and write what is wrong as a report of code quality.
set -eu
list=$(mktemp)
trap 'rm -f -- "$list"' EXIT
poolctl dirs >"$list"
set --
while IFS= read -r directory; do
    set -- "$@" "$directory"
done <"$list"
poolctl validate --format codequality -- "$@" >gl-code-quality.json
