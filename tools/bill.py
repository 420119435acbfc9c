"""The bill of materials of a release (CycloneDX 1.6): every package of the run-time lock, with its hashes."""

import datetime as dt
import uuid
from collections.abc import Iterable
from importlib import metadata

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.locks import Locked

_NAME = "poolctl"


def make_bill(locked: Iterable[Locked], *, version: str, epoch: int) -> str:
    """Return the document: who needs whom and under which licence is read from what is installed here.

    The same packages, version and moment make the same bytes.
    """
    parts = {one.name: _make_component(one) for one in locked}
    whole = Component(
        name=_NAME,
        version=version,
        type=ComponentType.APPLICATION,
        bom_ref=_NAME,
        purl=PackageURL("pypi", name=_NAME, version=version),
        licenses=_find_licences(_NAME),
    )
    bill = Bom(components=parts.values(), serial_number=uuid.uuid5(_SPACE, f"{version} {epoch} {sorted(parts)}"))
    bill.metadata.component = whole
    bill.metadata.timestamp = dt.datetime.fromtimestamp(epoch, tz=dt.UTC)
    for one in (whole, *parts.values()):
        bill.register_dependency(one, [parts[name] for name in _list_needs(one.name) if name in parts])
    return str(JsonV1Dot6(bill).output_as_string(indent=2)) + "\n"


_SPACE = uuid.UUID("6f0d9f6e-7f0b-5c7e-9a51-4b2f5f1f7a10")


def _make_component(locked: Locked) -> Component:
    address = PackageURL("pypi", name=locked.name, version=locked.version)
    files = [
        ExternalReference(
            type=ExternalReferenceType.DISTRIBUTION,
            url=XsUri(str(address)),
            comment="one of the files of this version that the lock accepts",
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=one)],
        )
        for one in locked.hashes
    ]
    return Component(
        name=locked.name,
        version=locked.version,
        type=ComponentType.LIBRARY,
        bom_ref=str(address),
        purl=address,
        licenses=_find_licences(locked.name),
        external_references=files,
    )


def _find_licences(name: str) -> list[License]:
    about = metadata.metadata(name)
    said = [about[key] for key in ("License-Expression", "License") if key in about]
    told = next(filter(None, said), "") or _find_classified(about.get_all("Classifier") or ())
    return [LicenseFactory().make_from_string(told)] if told and "\n" not in told else []


def _find_classified(classifiers: Iterable[str]) -> str:
    return next((one.rpartition(" :: ")[2] for one in classifiers if one.startswith("License ::")), "")


def _list_needs(name: str) -> list[str]:
    needs = (Requirement(one) for one in metadata.requires(name) or ())
    here = {key: str(value) for key, value in default_environment().items()} | {"extra": ""}
    return [canonicalize_name(one.name) for one in needs if one.marker is None or one.marker.evaluate(here)]
