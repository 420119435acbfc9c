"""The physical floor of a plan: an interpreter, the libraries that it needs, the list calls, and their decoding.

Run by the benchmarks: ``python floor.py ADDRESS PATH [PATH...]``.
"""

import json
import sys

import click  # noqa: F401 - what is needed is imported
import httpx


def main() -> None:
    """Fetch and decode all pages of each list."""
    url, *paths = sys.argv[1:]
    count = 0
    with httpx.Client(headers={"X-Auth-Token": "token-of-a-benchmark"}, verify=False, trust_env=False) as client:  # noqa: S501 - http on loopback
        for path in paths:
            cursor = ""
            while True:
                page = json.loads(client.get(f"{url}{path}", params={"continue": cursor} if cursor else {}).content)
                count += len(page["items"])
                cursor = page["metadata"].get("continue", "")
                if not cursor:
                    break
    sys.stdout.write(f"{count}\n")


if __name__ == "__main__":
    main()
