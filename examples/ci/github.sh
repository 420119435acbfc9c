# What the scripts ask of GitHub. FORGE_TOKEN is the job's own token; the rest are variables that every job has.
repository_url=${GITHUB_API_URL:-}/repos/${GITHUB_REPOSITORY:-}
run_url=${GITHUB_SERVER_URL:-}/${GITHUB_REPOSITORY:-}/actions/runs/${GITHUB_RUN_ID:-}
comment_limit=64000

forge_header() {
    printf 'Authorization: Bearer %s\nAccept: application/vnd.github+json\n' "$FORGE_TOKEN"
}

# The checkout of a pull request is already merged with its target.
bring_up_to_date() { :; }

find_base() { printf 'origin/%s\n' "$GITHUB_BASE_REF"; }

find_head() { jq --raw-output .pull_request.head.sha "$GITHUB_EVENT_PATH"; }

is_fork() {
    jq --exit-status '.pull_request.head.repo.full_name != .repository.full_name' "$GITHUB_EVENT_PATH" >"$work/fork"
}

is_scheduled() { [ "$GITHUB_EVENT_NAME" = schedule ]; }

# The matrix has only directories that changed.
is_changed() { :; }

# log COMMAND...: run it; nothing of what it prints is a command to the runner.
log() {
    word=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    code=0
    printf '::stop-commands::%s\n' "$word"
    "$@" 2>&1 || code=$?
    printf '\n::%s::\n' "$word"
    return "$code"
}

# annotate DIRECTORY EVENTS: show the errors and warnings in the lines that they speak of.
annotate() {
    jq --raw-output --arg directory "$1" --from-file "$scripts/annotations.jq" "$2"
}

add_summary() { cat "$1" >>"$GITHUB_STEP_SUMMARY"; }

# The comment and the annotations say it all.
add_reports() { :; }

put_output() { printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"; }

# find_comment: print the number of our comment. Others may write the mark, too: only the job's own name counts.
find_comment() {
    number=${GITHUB_REF#refs/pull/} page=1
    while :; do
        fetch GET "$repository_url/issues/${number%/*}/comments?per_page=100&page=$page" >"$work/comments.json"
        jq --raw-output --arg marker "$marker" '
            first(.[] | select(.user.login == "github-actions[bot]" and (.body | startswith($marker))) | .id)
        ' "$work/comments.json" >"$work/comment"
        if [ -s "$work/comment" ] || [ "$(jq length "$work/comments.json")" -lt 100 ]; then break; fi
        page=$((page + 1))
    done
    cat "$work/comment"
}

# write_comment NUMBER BODY-FILE: change our comment; without a number, make it.
write_comment() {
    number=${GITHUB_REF#refs/pull/}
    jq --raw-input --slurp '{body: .}' "$2" >"$work/body.json"
    if [ -n "$1" ]; then
        fetch PATCH "$repository_url/issues/comments/$1" "$work/body.json"
    else
        fetch POST "$repository_url/issues/${number%/*}/comments" "$work/body.json"
    fi >"$work/answer.json"
}

# list_merged COMMIT: print number, last commit and time of merge of each pull request whose merge made COMMIT.
list_merged() {
    fetch GET "$repository_url/commits/$1/pulls?per_page=100" >"$work/pulls.json"
    jq --raw-output --arg branch "$GITHUB_REF_NAME" --arg repository "$GITHUB_REPOSITORY" '
        .[] | select(.merged_at != null and .base.ref == $branch and .base.repo.full_name == $repository)
        | "\(.number) \(.head.sha) \(.merged_at)"
    ' "$work/pulls.json"
}

# fetch_plans NUMBER HEAD MERGED FOLDER: put there what the newest whole run of the plan workflow for HEAD has kept.
# What it kept only after the merge, as when it was started again, was seen by nobody who approved.
fetch_plans() {
    workflow=$repository_url/actions/workflows/poolctl-plan.yml
    fetch GET "$workflow/runs?event=pull_request&status=success&head_sha=$2" >"$work/runs.json"
    run=$(jq --raw-output --arg head "$2" --arg repository "$GITHUB_REPOSITORY" '
        [.workflow_runs[] | select(.head_sha == $head and .head_repository.full_name == $repository)]
        | max_by(.run_number) | .id // empty
    ' "$work/runs.json")
    [ -n "$run" ] || return 0
    fetch GET "$repository_url/actions/runs/$run/artifacts?name=poolctl-plans" >"$work/artifacts.json"
    artifact=$(jq --raw-output --arg merged "$3" '
        [.artifacts[] | select(.name == "poolctl-plans" and (.expired | not) and .created_at <= $merged)] | max_by(.id) | .id // empty
    ' "$work/artifacts.json")
    [ -n "$artifact" ] || return 0
    fetch GET "$repository_url/actions/artifacts/$artifact/zip" >"$work/plans.zip"
    python3 -m zipfile -e "$work/plans.zip" "$4"
}
