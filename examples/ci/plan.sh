#!/bin/sh
# plan.sh DIRECTORY: plan it for a pull request. The plan, its comment and its page are kept below poolctl-plans/.
scripts=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=common.sh
. "$scripts/common.sh"
directory=$1
record=$PWD/poolctl-plans/$directory
record=${record%/.}

# The code of a fork may be anybody's: it gets no credentials, so that there is nothing to plan with.
if is_fork; then
    code=0
    poolctl -C "$directory" validate --format json >"$work/validated.json" || code=$?
    jq --compact-output '.diagnostics[] | {type: "diagnostic", diagnostic: .}' "$work/validated.json" >"$work/events.jsonl"
    annotate "$directory" "$work/events.jsonl"
    log poolctl -C "$directory" validate || code=$?
    {
        printf 'The files of `%s` were checked, not planned: a fork gets no credentials. ' "$(spell_name "$directory")"
        printf 'Whoever may push can push the branch here to have it planned; merged as it is, nothing of it is approved.\n'
    } >"$work/summary.md"
    add_summary "$work/summary.md"
    exit "$code"
fi

bring_up_to_date
if ! is_changed "$directory"; then
    printf 'This pull request changes nothing that %s reads.\n' "$directory"
    exit 0
fi
mkdir -p "$record"
code=0
log poolctl -C "$directory" plan --out "$record/plan.json" --json-into "$work/events.jsonl" || code=$?
annotate "$directory" "$work/events.jsonl"
if [ "$code" -ne 0 ]; then
    rm -rf -- "$record"
    exit "$code"
fi
# What was merged before this commit is in the plan; what comes after it is not.
git merge-base HEAD "$(find_base)" >"$record/base"
poolctl -C "$record" show plan.json --format markdown >"$record/comment.md"
poolctl -C "$record" show plan.json --format html >"$record/report.html"
add_reports "$record"
add_summary "$record/comment.md"
