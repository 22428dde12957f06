"""Device identities with IoTHubRegistryManager."""

import base64

import pytest
from azure.iot.hub.models import ExportImportDevice, QuerySpecification

from refusals import refused
from waiting import ask_until

KEYS = [base64.b64encode(bytes([number] * 32)).decode() for number in (1, 2)]
THUMBPRINTS = ["A" * 40, "B" * 40]


def keys_of(identity):
    symmetric_key = identity.authentication.symmetric_key
    return [symmetric_key.primary_key, symmetric_key.secondary_key]


def thumbprints_of(identity):
    thumbprint = identity.authentication.x509_thumbprint
    return [thumbprint.primary_thumbprint, thumbprint.secondary_thumbprint]


def test_creates_a_device_with_given_keys(registry, new_id):
    device_id = new_id()
    created = registry.create_device_with_sas(device_id, *KEYS, "enabled")
    assert (created.device_id, created.status, created.connection_state) == (
        device_id,
        "enabled",
        "Disconnected",
    )
    assert created.authentication.type == "sas" and keys_of(created) == KEYS
    assert created.capabilities.iot_edge is False and created.cloud_to_device_message_count == 0
    read = registry.get_device(device_id)
    assert (read.etag, read.generation_id, keys_of(read)) == (created.etag, created.generation_id, KEYS)


def test_generates_missing_keys(device):
    primary, secondary = keys_of(device)
    assert len(base64.b64decode(primary)) == 32 and primary != secondary


def test_creates_a_device_with_thumbprints(registry, new_id):
    created = registry.create_device_with_x509(
        new_id(), *THUMBPRINTS, "disabled", status_reason="not yet paid"
    )
    assert created.authentication.type == "selfSigned" and thumbprints_of(created) == THUMBPRINTS
    assert keys_of(created) == [None, None]
    assert (created.status, created.status_reason) == ("disabled", "not yet paid")


def test_creates_a_device_with_certificate_authority_authentication(registry, new_id):
    created = registry.create_device_with_certificate_authority(new_id(), "enabled")
    assert created.authentication.type == "certificateAuthority"
    assert keys_of(created) == thumbprints_of(created) == [None, None]


def test_creates_edge_devices_and_a_leaf_device(registry, new_id):
    parent = registry.create_device_with_sas(new_id("edge"), "", "", "enabled", iot_edge=True)
    assert parent.device_scope.startswith("ms-azure-iot-edge://{}-".format(parent.device_id))
    child = registry.create_device_with_sas(
        new_id("edge"), "", "", "enabled", iot_edge=True, parent_scopes=parent.device_scope
    )
    assert child.parent_scopes == [parent.device_scope] and child.device_scope != parent.device_scope
    leaf = registry.create_device_with_x509(
        new_id(), *THUMBPRINTS, "enabled", device_scope=child.device_scope
    )
    assert (leaf.device_scope, leaf.parent_scopes) == (child.device_scope, [child.device_scope])
    module_ids = [module.module_id for module in registry.get_modules(parent.device_id)]
    assert sorted(module_ids) == ["$edgeAgent", "$edgeHub"]


@pytest.mark.parametrize(
    "device_id, keys, scope, code",
    [
        ("invalid/name", ["", ""], None, "ArgumentInvalid"),
        ("x" * 129, ["", ""], None, "ArgumentInvalid"),
        ("short-key", ["MQ==", "Mg=="], None, "ArgumentInvalid"),
        ("one-key", [KEYS[0], ""], None, "ArgumentInvalid"),
        ("stray", ["", ""], "ms-azure-iot-edge://missing-1", "InvalidDeviceScope"),
    ],
)
def test_refuses_an_invalid_device(registry, device_id, keys, scope, code):
    with refused(400, code):
        registry.create_device_with_sas(device_id, *keys, "enabled", device_scope=scope)


def test_refuses_to_create_a_device_twice(registry, device):
    with refused(409, "DeviceAlreadyExists"):
        registry.create_device_with_sas(device.device_id, "", "", "enabled")


def test_updates_a_device_if_the_etag_matches(registry, device):
    updated = registry.update_device_with_sas(
        device.device_id, device.etag, *KEYS, "disabled", status_reason="stolen"
    )
    assert (updated.status, updated.status_reason, keys_of(updated)) == ("disabled", "stolen", KEYS)
    assert updated.etag != device.etag and updated.generation_id == device.generation_id
    assert updated.status_updated_time.year > 1
    with refused(412, "PreconditionFailed"):
        registry.update_device_with_sas(device.device_id, device.etag, *KEYS, "enabled")
    unguarded = registry.update_device_with_sas(device.device_id, None, *KEYS, "enabled")
    assert (unguarded.status, unguarded.status_reason) == ("enabled", None)


def test_updates_the_authentication_of_a_device(registry, device):
    device_id = device.device_id
    self_signed = registry.update_device_with_x509(device_id, device.etag, *THUMBPRINTS, "enabled")
    assert self_signed.authentication.type == "selfSigned" and thumbprints_of(self_signed) == THUMBPRINTS
    signed = registry.update_device_with_certificate_authority(device_id, self_signed.etag, "enabled")
    assert signed.authentication.type == "certificateAuthority"
    assert keys_of(signed) == thumbprints_of(signed) == [None, None]
    for update in (
        lambda: registry.update_device_with_x509(device_id, device.etag, *THUMBPRINTS, "enabled"),
        lambda: registry.update_device_with_certificate_authority(device_id, device.etag, "enabled"),
    ):
        with refused(412, "PreconditionFailed"):
            update()


def test_refuses_calls_for_a_missing_device(registry):
    for call in (
        lambda: registry.update_device_with_sas("missing", None, *KEYS, "enabled"),
        lambda: registry.update_device_with_x509("missing", None, *THUMBPRINTS, "enabled"),
        lambda: registry.update_device_with_certificate_authority("missing", None, "enabled"),
        lambda: registry.get_device("missing"),
        lambda: registry.delete_device("missing"),
    ):
        with refused(404, "DeviceNotFound"):
            call()


def test_deletes_a_device_if_the_etag_matches(registry, device, module):
    with refused(412, "PreconditionFailed"):
        registry.delete_device(device.device_id, "MQ==")
    assert registry.delete_device(device.device_id, device.etag) is None
    with refused(404, "DeviceNotFound"):
        registry.get_device(device.device_id)
    with refused(404, "DeviceNotFound"):
        registry.get_module_twin(device.device_id, module.module_id)


def test_supports_a_device_id_with_special_characters(registry, new_id):
    device_id = new_id("a.:+%_#*?!(),=@;$'")
    registry.create_device_with_sas(device_id, "", "", "enabled")
    assert registry.get_device(device_id).device_id == device_id
    assert registry.get_twin(device_id).device_id == device_id
    registry.delete_device(device_id)


def test_lists_and_counts_devices(registry, new_device, new_id):
    before = registry.get_device_registry_statistics()
    created = {new_device().device_id for _ in range(3)}
    registry.create_device_with_sas(new_id(), "", "", "disabled")
    after = registry.get_device_registry_statistics()
    assert after.total_device_count == before.total_device_count + 4
    assert after.enabled_device_count == before.enabled_device_count + 3
    assert after.disabled_device_count == before.disabled_device_count + 1
    listed = registry.get_devices()
    assert created <= {device.device_id for device in listed}
    assert len(listed) == after.total_device_count
    assert len(registry.get_devices(2)) == 2


def test_counts_connected_devices(registry, device, blocking_clients):
    blocking_clients.device(device).connect()
    query = QuerySpecification(query="SELECT * FROM devices WHERE connectionState = 'Connected'")

    def ask():
        connected = [twin.device_id for twin in registry.query_iot_hub(query).items]
        return connected, registry.get_service_statistics().connected_device_count

    # The clients of earlier tests may not have disconnected yet.
    ask_until(ask, lambda answer: answer == ([device.device_id], 1))


def test_changes_devices_in_bulk(registry, new_device, new_id):
    kept, deleted, created_id = new_device(), new_device(), new_id()
    result = registry.bulk_create_or_update_devices(
        [
            ExportImportDevice(id=created_id, import_mode="create", status="enabled", tags={"floor": 2}),
            ExportImportDevice(
                id=kept.device_id, import_mode="updateIfMatchETag", e_tag=kept.etag, status="disabled"
            ),
            ExportImportDevice(id=deleted.device_id, import_mode="delete"),
        ]
    )
    assert (result.is_successful, result.errors, result.warnings) == (True, [], [])
    assert registry.get_twin(created_id).tags == {"floor": 2}
    assert registry.get_device(kept.device_id).status == "disabled"
    with refused(404, "DeviceNotFound"):
        registry.get_device(deleted.device_id)


def test_reports_failed_devices_of_a_bulk_and_changes_the_others(registry, device, new_id):
    created_id = new_id()
    result = registry.bulk_create_or_update_devices(
        [
            ExportImportDevice(id=device.device_id, import_mode="create"),
            ExportImportDevice(id="missing", import_mode="update"),
            ExportImportDevice(id=created_id, import_mode="create"),
        ]
    )
    assert result.is_successful is False
    assert [(error.device_id, error.error_code) for error in result.errors] == [
        (device.device_id, "409001"),
        ("missing", "404001"),
    ]
    assert registry.get_device(created_id).status == "enabled"


def test_refuses_a_bulk_with_a_duplicate_device(registry, new_id):
    twice = [ExportImportDevice(id=new_id(), import_mode="create")] * 2
    # The SDK parses the 400 of a refusal as the result of a failed bulk and finds no members.
    assert registry.bulk_create_or_update_devices(twice).is_successful is None
    with refused(404, "DeviceNotFound"):
        registry.get_device(twice[0].id)
