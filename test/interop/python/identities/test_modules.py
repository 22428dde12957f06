"""Module identities with IoTHubRegistryManager."""

import base64

import pytest

from refusals import refused

KEYS = [base64.b64encode(bytes([number] * 32)).decode() for number in (1, 2)]
THUMBPRINTS = ["A" * 40, "B" * 40]


def test_creates_modules_with_every_kind_of_authentication(registry, device):
    device_id = device.device_id
    by_key = registry.create_module_with_sas(device_id, "key", None, *KEYS)
    assert (by_key.device_id, by_key.module_id, by_key.managed_by) == (device_id, "key", None)
    assert by_key.authentication.type == "sas"
    assert by_key.authentication.symmetric_key.primary_key == KEYS[0]
    by_thumbprint = registry.create_module_with_x509(device_id, "thumbprint", "iotEdge", *THUMBPRINTS)
    assert (by_thumbprint.authentication.type, by_thumbprint.managed_by) == ("selfSigned", "iotEdge")
    assert by_thumbprint.authentication.x509_thumbprint.secondary_thumbprint == THUMBPRINTS[1]
    by_authority = registry.create_module_with_certificate_authority(device_id, "authority", None)
    assert by_authority.authentication.type == "certificateAuthority"
    assert by_authority.connection_state == "Disconnected"

    assert registry.get_module(device_id, "key").etag == by_key.etag
    listed = [module.module_id for module in registry.get_modules(device_id)]
    assert sorted(listed) == ["authority", "key", "thumbprint"]


def test_generates_missing_keys(module):
    symmetric_key = module.authentication.symmetric_key
    assert len(base64.b64decode(symmetric_key.primary_key)) == 32
    assert symmetric_key.primary_key != symmetric_key.secondary_key


def test_refuses_to_create_a_module_twice(registry, device, module):
    with refused(409, "ModuleAlreadyExistsOnDevice"):
        registry.create_module_with_sas(device.device_id, module.module_id, None, "", "")


@pytest.mark.parametrize("module_id", ["invalid/name", "x" * 129, "$edgeAgent"])
def test_refuses_an_invalid_module_id(registry, device, module_id):
    with refused(400, "ArgumentInvalid"):
        registry.create_module_with_sas(device.device_id, module_id, None, "", "")


def test_updates_a_module_if_the_etag_matches(registry, module):
    names = (module.device_id, module.module_id)
    by_key = registry.update_module_with_sas(*names, "user-1", module.etag, *KEYS)
    assert by_key.managed_by == "user-1" and by_key.etag != module.etag
    assert by_key.authentication.symmetric_key.secondary_key == KEYS[1]
    by_thumbprint = registry.update_module_with_x509(*names, None, by_key.etag, *THUMBPRINTS)
    assert (by_thumbprint.managed_by, by_thumbprint.authentication.type) == (None, "selfSigned")
    by_authority = registry.update_module_with_certificate_authority(*names, None, by_thumbprint.etag)
    assert by_authority.authentication.type == "certificateAuthority"
    for update in (
        lambda: registry.update_module_with_sas(*names, None, module.etag, *KEYS),
        lambda: registry.update_module_with_x509(*names, None, module.etag, *THUMBPRINTS),
        lambda: registry.update_module_with_certificate_authority(*names, None, module.etag),
    ):
        with refused(412, "PreconditionFailed"):
            update()
    assert registry.update_module_with_sas(*names, None, None, *KEYS).authentication.type == "sas"


def test_deletes_a_module_if_the_etag_matches(registry, module):
    with refused(412, "PreconditionFailed"):
        registry.delete_module(module.device_id, module.module_id, "MQ==")
    assert registry.delete_module(module.device_id, module.module_id, module.etag) is None
    assert registry.get_modules(module.device_id) == []


def test_refuses_calls_for_a_missing_module(registry, device):
    names = (device.device_id, "missing")
    for call in (
        lambda: registry.update_module_with_sas(*names, None, None, *KEYS),
        lambda: registry.update_module_with_x509(*names, None, None, *THUMBPRINTS),
        lambda: registry.update_module_with_certificate_authority(*names, None, None),
        lambda: registry.get_module(*names),
        lambda: registry.delete_module(*names),
    ):
        with refused(404, "ModuleNotFound"):
            call()


def test_refuses_module_calls_for_a_missing_device_with_401(registry):
    # IoT Hub answers 401 to a caller with a shared access policy (observed in 2026).
    for call in (
        lambda: registry.create_module_with_sas("missing", "module", None, "", ""),
        lambda: registry.get_module("missing", "module"),
        lambda: registry.get_modules("missing"),
        lambda: registry.delete_module("missing", "module"),
    ):
        with refused(401, "IotHubUnauthorizedAccess"):
            call()


def test_registers_at_most_fifty_modules_on_a_device(registry, device):
    for number in range(50):
        registry.create_module_with_sas(device.device_id, "module-{}".format(number), None, "", "")
    with refused(413, "TooManyModulesOnDevice"):
        registry.create_module_with_sas(device.device_id, "one-too-many", None, "", "")
