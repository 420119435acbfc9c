#!/bin/sh
# fetch.sh DIRECTORY: put the plans of the pull requests that were merged since its last apply into poolctl-approved/.
#
# Who approved is the forge's word: it knows which pull requests made a commit of this branch, and what the jobs of their
# last commits have kept. Nothing that somebody wrote, such as a comment, is read.
scripts=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=common.sh
. "$scripts/common.sh"
directory=$1

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
while read -r commit; do
    list_merged "$commit"
done <"$work/commits" >"$work/merges"
sort -u "$work/merges" >"$work/merged"

mkdir -p poolctl-approved
while read -r number head merged; do
    fetch_plans "$number" "$head" "$merged" "$work/plans"
    if [ -e "$work/plans/$directory/plan.json" ]; then
        mv "$work/plans" "poolctl-approved/$number"
        printf '#%s has an approved plan of %s.\n' "$number" "$directory"
    else
        rm -rf -- "$work/plans"
        printf '#%s has none of %s.\n' "$number" "$directory"
    fi
done <"$work/merged" >"$work/told"
log cat "$work/told"
