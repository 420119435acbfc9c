# Sourced by the scripts beside it. They need git, curl, jq, python3 and poolctl, and run in the root of a full clone.
set -eu
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [ "${GITHUB_ACTIONS:-}" = true ]; then
    # shellcheck source=github.sh
    . "$scripts/github.sh"
elif [ "${GITLAB_CI:-}" = true ]; then
    # shellcheck source=gitlab.sh
    . "$scripts/gitlab.sh"
else
    echo 'Neither GitHub Actions nor GitLab CI runs this.' >&2
    exit 1
fi

# What the jobs hand to each other speaks for an approval: nothing of it may come from the branch.
if [ -n "$(git ls-files -- poolctl-plans poolctl-approved poolctl-rest)" ]; then
    echo 'poolctl-plans, poolctl-approved and poolctl-rest belong to the jobs: take them out of the repository.' >&2
    exit 1
fi

# The hidden mark by which the one comment of a pull request is found again.
marker='<!-- poolctl: plans of this pull request -->'

# find_applied DIRECTORY: print the commit that the directory was applied from last, or nothing.
find_applied() {
    poolctl -C "$1" show --format json >"$work/state.json" &&
        jq --raw-output '.applied_from // "" | select(test("^[0-9a-f]{40,64}$"))' "$work/state.json"
}

# spell_name NAME: print it so that it stays in the span of code around it.
spell_name() { printf '%s' "$1" | tr '`' "'"; }

# is_behind COMMIT: tell whether the last apply was from a commit that this one does not contain.
is_behind() {
    [ -n "$1" ] && ! git merge-base --is-ancestor "$1" HEAD
}

# fetch METHOD URL [BODY-FILE]: call the forge; the token goes by a pipe, where no list of processes shows it.
fetch() {
    if [ "$1" = GET ]; then set -- "$@" --retry 3; else set -- "$1" "$2" --data-binary "@$3"; fi
    method=$1 url=$2
    shift 2
    forge_header | curl --silent --show-error --fail-with-body --globoff --location --max-time 120 --header @- \
        --header 'Content-Type: application/json' --request "$method" "$@" "$url"
}
