"""Whether a store keeps the conditions of writes: asked of a scratch object, before anything is trusted to it."""

import secrets

from planner.state.errors import StoreError
from planner.state.stores.s3.objects import S3Objects, report_unconditional

_OTHER_ETAG = '"00000000000000000000000000000000"'


def probe_conditional_writes(objects: S3Objects, key: str, *, host: str) -> None:
    """Raise StoreError unless of two writers with a condition one loses. A scratch object beside ``key`` is written.

    It is deleted again; where that is not allowed it stays, and does no harm.
    """
    scratch = f"{key}.probe-{secrets.token_hex(8)}"
    texts = iter([f"poolctl probe {number} {secrets.token_hex(8)}\n".encode() for number in range(4)])
    try:
        etag = objects.swap(scratch, next(texts), etag="")
        if not etag:
            raise StoreError(report_unconditional(host, how="a new object could not be made with If-None-Match"))
        if objects.swap(scratch, next(texts), etag=""):
            raise StoreError(report_unconditional(host, how="If-None-Match: * overwrote an object that was there"))
        if objects.swap(scratch, next(texts), etag=_OTHER_ETAG):
            raise StoreError(report_unconditional(host, how="If-Match overwrote an object with another ETag"))
        if not objects.swap(scratch, next(texts), etag=etag):
            raise StoreError(report_unconditional(host, how="If-Match refused the object's own ETag"))
    finally:
        objects.try_to_delete(scratch)
