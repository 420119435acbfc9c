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
    echo 'Nothing of this directory is approved.'
    exit 0
fi
# On GitHub, nothing of what it prints is a command to the runner.
if [ "${GITHUB_ACTIONS:-}" = true ]; then
    printf '::stop-commands::%s\n' "$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
fi
exec poolctl -C "$directory" apply "$@" --skip-blocked --lock-timeout 30m --reason "${POOLCTL_REASON:-}"
