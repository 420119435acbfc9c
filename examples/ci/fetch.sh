#!/bin/sh
# fetch.sh DIRECTORY: put the plans of the pull requests that approve something of it into poolctl-approved/: of those that
# were merged since its last apply, and of the one that changed it last, which holds for what waits for its turn.
#
# Who approved is the forge's word: it knows which pull requests made a commit of this branch, and what the jobs of their
# last commits have kept. Nothing that somebody wrote, such as a comment, is read.
scripts=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=common.sh
. "$scripts/common.sh"
directory=$1

# find_last_change: print the newest commit of this branch that changed what the directory reads.
find_last_change() {
    # In a busy repository most commits are about something else, which git tells faster.
    git rev-list --first-parent --max-count=100 HEAD -- '*.toml' '*vars*' "$directory" >"$work/branch"
    while read -r commit; do
        if before=$(git rev-parse --verify --quiet "$commit^"); then
            poolctl dirs --changed-since "$before" >"$work/changed"
            grep -qxF -- "$directory" "$work/changed" || continue
        fi
        printf '%s\n' "$commit"
        break
    done <"$work/branch"
}

# take_plans COMMITS-FILE: put the plans of the pull requests whose merges made these commits into poolctl-approved/.
take_plans() {
    while read -r commit; do
        list_merged "$commit"
    done <"$1" >"$work/merges"
    sort -u "$work/merges" >"$work/merged"
    while read -r number head merged; do
        [ ! -e "poolctl-approved/$number" ] || continue
        if [ -n "$undone" ] && [ "$(printf '%s\n' "$merged" "$undone" | LC_ALL=C sort | tail -n 1)" = "$undone" ]; then
            printf '#%s was merged before something was undone: it approves nothing any more.\n' "$number"
            continue
        fi
        fetch_plans "$number" "$head" "$merged" "$work/plans"
        if [ -e "$work/plans/$directory/plan.json" ]; then
            mv "$work/plans" "poolctl-approved/$number"
            printf '#%s has an approved plan of %s.\n' "$number" "$directory"
        else
            rm -rf -- "$work/plans"
            printf '#%s has none of %s.\n' "$number" "$directory"
        fi
    done <"$work/merged" >>"$work/told"
}

# list_unseen COMMIT: print the commits of this branch before COMMIT that the plan of its pull request could not show yet.
list_unseen() {
    list_merged "$1" >"$work/last"
    while read -r number head merged; do
        base=poolctl-approved/$number/$directory/base
        if grep -qsxE '[0-9a-f]{40,64}' "$base" && git merge-base --is-ancestor "$(cat "$base")" "$1"; then
            git rev-list --first-parent --max-count=50 "$(cat "$base")..$1"
        fi
    done <"$work/last"
}

# Who undoes something does not want it made again an hour later: whatever was approved until then is approved no more.
poolctl -C "$directory" log --format json >"$work/log.json"
undone=$(jq --raw-output '[.receipts[] | select(.operation == "undo") | .started] | max // ""' "$work/log.json")

mkdir -p poolctl-approved
applied=$(find_applied "$directory")
if is_behind "$applied"; then
    # What this run would do was done or overtaken; poolctl refuses it, and says by which commit.
    git rev-parse HEAD
elif [ -n "$applied" ]; then
    # The commit of the last apply again: what an interrupted run has left is still approved.
    git rev-list --first-parent --max-count=50 "$applied..HEAD"
    printf '%s\n' "$applied"
else
    git rev-list --first-parent --max-count=50 HEAD
fi >"$work/commits"
take_plans "$work/commits"

# What waits for its turn in a rollout is approved for as long as nobody changes the directory; then the newer plan shows
# what is left. What was merged between that plan and its own merge was approved beside it.
last=$(find_last_change)
if [ -n "$last" ]; then
    printf '%s\n' "$last" >"$work/commits"
    take_plans "$work/commits"
    list_unseen "$last" >"$work/commits"
    take_plans "$work/commits"
fi
touch "$work/told"
log cat "$work/told"
