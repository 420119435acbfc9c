"""Objects of a bucket: read, listed, and written only where nobody else was faster.

A conditional write that is repeated may meet its own first try. So a lost race is believed only after the object
was read: what we write has a text that nobody else writes.
"""

import contextlib
import secrets
import time
from collections.abc import Callable
from typing import Any, Final

from planner.core.diagnostics import Diagnostic, make_error
from planner.core.lazy_dataclass import dataclass
from planner.state.errors import StoreError
from planner.state.outside_text import make_words
from planner.state.stores.errors import report_unreached
from planner.state.stores.s3.client import S3Client

_TRIES: Final = 4
_PAUSE: Final = 0.2
_LARGEST: Final = 256 * 1024 * 1024
_LOST: Final = 412
_GONE: Final = 404
_CONFLICT: Final = 409
_PASSING: Final = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
_NOT_IMPLEMENTED: Final = 501


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Object:
    """An object as it was read."""

    etag: str
    data: bytes


class _PassingError(Exception):
    """The call may succeed when it is made again."""


class S3Objects:
    """The objects of one bucket. Methods raise StoreError; several threads may call them."""

    def __init__(self, client: S3Client, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """Use ``client`` for the objects of its bucket; ``sleep`` makes the pauses between tries."""
        self._client = client
        self._bucket = client.where.bucket
        self._sleep = sleep

    def get(self, key: str) -> S3Object | None:
        """Return the object, or None where there is none."""
        answer = self._repeat(lambda: self._call("get_object", Key=key))
        if answer is None:
            return None
        if len(answer["Body"]) > _LARGEST:
            raise StoreError(self._report_refused(f"{key} is larger than any state"))
        return S3Object(etag=self._find(answer, "ETag"), data=answer["Body"])

    def put(self, key: str, data: bytes) -> None:
        """Write the object, whatever is there."""
        self._repeat(lambda: self._call("put_object", Key=key, Body=data))

    def swap(self, key: str, data: bytes, *, etag: str) -> str:
        """Write the object in place of ``etag`` (empty: of none) and return its ETag; empty: somebody was faster.

        ``data`` has to be a text that no other writer writes.
        """
        new: str = self._repeat(lambda: self._swap_once(key, data, etag=etag))
        if new:
            return new
        found = self.get(key)
        return found.etag if found is not None and found.data == data else ""

    def try_to_delete(self, key: str) -> None:
        """Delete the object; where that is not allowed it stays."""
        with contextlib.suppress(StoreError):
            self._repeat(lambda: self._call("delete_object", Key=key))

    def list_keys(self, prefix: str) -> tuple[str, ...]:
        """Return the keys that begin with ``prefix``, sorted."""
        keys: list[str] = []
        more: dict[str, str] = {}
        while True:
            answer = self._repeat(lambda: self._call("list_objects_v2", Prefix=prefix, **more)) or {}  # noqa: B023
            keys += (self._find(one, "Key") for one in answer.get("Contents", ()))
            if not answer.get("IsTruncated"):
                return tuple(sorted(keys))
            more = {"ContinuationToken": self._find(answer, "NextContinuationToken")}

    def _swap_once(self, key: str, data: bytes, *, etag: str) -> str:
        condition = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
        answer = self._call("put_object", Key=key, Body=data, ContentType="application/json", **condition)
        return "" if answer is None else self._find(answer, "ETag")

    def _find(self, answer: Any, name: str) -> str:
        if not answer.get(name):
            raise StoreError(self._report_refused(f"a success without {name}, so it is no store of this kind"))
        return str(answer[name])

    def _repeat(self, call: Callable[[], Any]) -> Any:
        words = ""
        for attempt in range(_TRIES):
            if attempt:
                self._sleep(_PAUSE * 2**attempt * (1 + secrets.randbelow(100) / 100))
            try:
                return call()
            except _PassingError as error:
                words = str(error)
        raise StoreError(self._report_unreached(words))

    def _call(self, method: str, **arguments: Any) -> Any:
        """Return the answer; None where there is no such object, or it is not the one that was asked for."""
        errors = self._client.errors
        try:
            return _read_body(getattr(self._client.calls, method)(Bucket=self._bucket, **arguments))
        except errors.ClientError as error:
            return self._judge(error.response, is_conditional=bool({"IfMatch", "IfNoneMatch"} & arguments.keys()))
        except (errors.NoCredentialsError, errors.PartialCredentialsError, errors.CredentialRetrievalError) as error:
            raise StoreError(self._report_credentials(str(error))) from None
        except errors.ParamValidationError as error:
            raise StoreError(self._report_refused(str(error))) from None
        except (errors.BotoCoreError, OSError, ValueError) as error:
            raise _PassingError(self._tell(str(error))) from None

    def _judge(self, response: Any, *, is_conditional: bool) -> None:
        """Return where the answer means that the object is not there, or not the one asked for; raise otherwise."""
        status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        error = response.get("Error", {})
        code = str(error.get("Code", ""))
        words = self._tell(f"{code} (status {status}): {error.get('Message', '')}")
        if status == _LOST or (status == _GONE and code != "NoSuchBucket"):
            return
        if is_conditional and (status == _NOT_IMPLEMENTED or code == "NotImplemented"):
            raise StoreError(report_unconditional(self._client.host, how=f"it answers {words}"))
        if status in _PASSING:
            raise _PassingError(words)
        raise StoreError(self._report_refused(words))

    def _tell(self, text: str) -> str:
        return make_words(self._client.mask(" ".join(text.split())))

    def _report_unreached(self, words: str) -> Diagnostic:
        told = f"the last of {_TRIES} tries ended so: {words}"
        return report_unreached(f"bucket {self._bucket!r} of {self._client.url}", words=told)

    def _report_refused(self, words: str) -> Diagnostic:
        detail = (
            f"The bucket {self._bucket!r} at {self._client.url} answers: {self._tell(words)}. Nothing was "
            "overwritten. Check bucket, key, region and endpoint of [backend.s3], and that your credentials may read, "
            "write and list the objects that begin with its key; then run `poolctl plan`."
        )
        return make_error("state.store-refused", "The store of the state refuses", detail=detail)

    def _report_credentials(self, words: str) -> Diagnostic:
        detail = (
            f"The client of S3 says: {self._tell(words)}. Nothing was sent. Set AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, in the environment; never in the files."
        )
        return make_error("state.credentials", "There are no credentials for the store of the state", detail=detail)


def _read_body(answer: Any) -> Any:
    if "Body" in answer:
        with answer["Body"] as body:
            answer["Body"] = body.read(_LARGEST + 1)
    return answer


def report_unconditional(host: str, *, how: str) -> Diagnostic:
    """Return why a store without conditional writes is refused; ``how`` it showed, in words."""
    detail = (
        f"{host} does not keep the conditions of writes (If-None-Match, If-Match): {how}. Without them two runs can "
        "both take the lock and overwrite each other's state, so it is not used. Huawei's OBS is such a store today. "
        "Keep the state on a ref of the repository ([backend.git]), or in a store that has conditional writes, such as "
        "AWS S3."
    )
    return make_error("state.unconditional", "The store has no conditional writes", detail=detail)
