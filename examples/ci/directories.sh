#!/bin/sh
# directories.sh WHICH: give the next jobs their list of directories, as the output `directories`:
#   changed  those that the pull request changes
#   behind   those of which a file has changed since they were applied; all of them on a schedule
#   waiting  those of which something is left in poolctl-rest/
scripts=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=common.sh
. "$scripts/common.sh"

list_behind() {
    commit=$(git rev-parse HEAD)
    poolctl dirs >"$work/all"
    # What waits for its turn in a rollout is in no file: each job finds out.
    if is_scheduled; then
        cat "$work/all"
        return
    fi
    while IFS= read -r directory; do
        applied=$(find_applied "$directory")
        # Where nobody can tell, or a run is started again, the job of the directory finds out.
        if [ -z "$applied" ] || [ "$applied" = "$commit" ] || is_behind "$applied"; then
            printf '%s\n' "$directory"
            continue
        fi
        [ -e "$work/since-$applied" ] || poolctl dirs --changed-since "$applied" >"$work/since-$applied"
        grep -xF -- "$directory" "$work/since-$applied" || :
    done <"$work/all"
}

list_waiting() {
    [ -d poolctl-rest ] || return 0
    find poolctl-rest -name plan.json | sed 's|^poolctl-rest/||; s|/*plan\.json$||; s|^$|.|' | sort
}

case $1 in
    changed) poolctl dirs --changed-since "$(find_base)" >"$work/list" ;;
    behind) list_behind >"$work/list" ;;
    waiting) list_waiting >"$work/list" ;;
    *) echo "directories.sh does not know $1" >&2; exit 1 ;;
esac
put_output directories "$(jq --raw-input --slurp --compact-output 'split("\n") | map(select(. != ""))' "$work/list")"
log cat "$work/list"
