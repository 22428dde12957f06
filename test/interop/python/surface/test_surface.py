"""Compares the list of surface.py with the packages and with the tests."""

import importlib
import inspect
import re

import pytest

from surface import SURFACE, Unsupported

CLASSES = [
    pytest.param(getattr(package, name), members, id="{}.{}".format(package.__name__, name))
    for package, classes in SURFACE.items()
    for name, members in classes.items()
    if isinstance(members, dict)
]
PROOFS = [
    (name, proof)
    for classes in SURFACE.values()
    for class_name, members in classes.items()
    for name, proof in (members.items() if isinstance(members, dict) else [(class_name, members)])
]


@pytest.mark.parametrize("package", SURFACE, ids=lambda package: package.__name__)
def test_lists_every_class_of_a_package(package):
    assert set(SURFACE[package]) == set(package.__all__)


@pytest.mark.parametrize("kind, members", CLASSES)
def test_lists_every_public_member_of_a_class(kind, members):
    assert set(members) == {name for name in dir(kind) if not name.startswith("_")}


@pytest.mark.parametrize("name, proof", sorted(set(PROOFS), key=str))
def test_names_the_test_of_a_member_or_the_reason_for_none(name, proof):
    test = proof.refusal if isinstance(proof, Unsupported) else proof
    if test is None:
        assert proof.reason.endswith(".")
        return
    module_name, test_name = test.split(".")
    module = importlib.import_module(module_name)
    assert callable(getattr(module, test_name))
    assert re.search(r"\b{}\b".format(name), inspect.getsource(module))
