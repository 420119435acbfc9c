#!/bin/sh
# apply.sh DIRECTORY FOLDER...: apply what the plans DIRECTORY/plan.json in the folders approve, and nothing else.
#
# It becomes poolctl: a signal to the job arrives there, and the run ends cleanly.
set -eu
directory=$1 root=$PWD
shift
for folder; do
    shift
    plan=$folder/$directory/plan.json
    if [ -e "$plan" ]; then set -- "$@" --expect-plan "$root/$plan"; fi
done
if [ "$#" -eq 0 ]; then
    printf 'Nothing of %s is approved.\n' "$directory"
    exit 0
fi
exec poolctl -C "$directory" apply "$@" --skip-blocked --lock-timeout 30m --reason "${POOLCTL_REASON:-}"
