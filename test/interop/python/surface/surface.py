"""
All public members of the packages, each with the test that covers it or the reason why it is not supported.
test_surface.py fails if an SDK update adds or removes a member.
"""

from typing import NamedTuple, Optional

from azure.iot import device, hub
from azure.iot.device import aio


class Unsupported(NamedTuple):
    """A member that is not supported yet, the reason, and the test that shows the refusal of the hub."""

    reason: str
    refusal: Optional[str] = None


CONFIGURATIONS = Unsupported(
    "Automatic device configurations are not supported yet.",
    "test_service_access.test_refuses_automatic_configurations_as_not_supported",
)
IMPORT_AND_EXPORT = Unsupported(
    "Import and export jobs need blob storage and are not supported yet.",
    "test_jobs.test_refuses_to_create_import_and_export_jobs_as_not_supported",
)
FILE_UPLOAD = Unsupported(
    "File upload needs blob storage and is not supported yet.",
    "test_device_client.test_is_refused_file_upload_as_not_supported",
)
AMQP = Unsupported("AMQP (uamqp) is not supported yet. test_cloud_to_device sends over HTTPS.")
PROVISIONING = Unsupported("The Device Provisioning Service is not supported yet.")

ENTRA_TOKEN = "test_service_access.test_accepts_an_entra_token"
WRONG_KEY = "test_service_access.test_refuses_another_key_or_policy"

REGISTRY = {
    "from_connection_string": WRONG_KEY,
    "from_token_credential": ENTRA_TOKEN,
    "create_device_with_sas": "test_registry.test_creates_a_device_with_given_keys",
    "create_device_with_x509": "test_registry.test_creates_a_device_with_thumbprints",
    "create_device_with_certificate_authority": "test_registry.test_creates_a_device_with_certificate_authority_authentication",
    "update_device_with_sas": "test_registry.test_updates_a_device_if_the_etag_matches",
    "update_device_with_x509": "test_registry.test_updates_the_authentication_of_a_device",
    "update_device_with_certificate_authority": "test_registry.test_updates_the_authentication_of_a_device",
    "get_device": "test_registry.test_creates_a_device_with_given_keys",
    "delete_device": "test_registry.test_deletes_a_device_if_the_etag_matches",
    "get_devices": "test_registry.test_lists_and_counts_devices",
    "get_device_registry_statistics": "test_registry.test_lists_and_counts_devices",
    "get_service_statistics": "test_registry.test_counts_connected_devices",
    "bulk_create_or_update_devices": "test_registry.test_changes_devices_in_bulk",
    "create_module_with_sas": "test_modules.test_creates_modules_with_every_kind_of_authentication",
    "create_module_with_x509": "test_modules.test_creates_modules_with_every_kind_of_authentication",
    "create_module_with_certificate_authority": "test_modules.test_creates_modules_with_every_kind_of_authentication",
    "update_module_with_sas": "test_modules.test_updates_a_module_if_the_etag_matches",
    "update_module_with_x509": "test_modules.test_updates_a_module_if_the_etag_matches",
    "update_module_with_certificate_authority": "test_modules.test_updates_a_module_if_the_etag_matches",
    "get_module": "test_modules.test_creates_modules_with_every_kind_of_authentication",
    "get_modules": "test_modules.test_creates_modules_with_every_kind_of_authentication",
    "delete_module": "test_modules.test_deletes_a_module_if_the_etag_matches",
    "get_twin": "test_twins.test_exists_as_soon_as_its_identity",
    "update_twin": "test_twins.test_merges_a_patch_into_tags_and_desired_properties",
    "replace_twin": "test_twins.test_replaces_tags_and_desired_properties",
    "get_module_twin": "test_twins.test_exists_as_soon_as_its_identity",
    "update_module_twin": "test_twins.test_merges_a_patch_into_tags_and_desired_properties",
    "replace_module_twin": "test_twins.test_replaces_tags_and_desired_properties",
    "query_iot_hub": "test_queries.test_finds_twins",
    "invoke_device_method": "test_methods.test_delivers_the_payload_and_the_response",
    "invoke_device_module_method": "test_methods.test_delivers_the_payload_and_the_response",
    "send_c2d_message": AMQP,
}

JOBS = {
    "from_connection_string": WRONG_KEY,
    "from_token_credential": ENTRA_TOKEN,
    "create_scheduled_job": "test_jobs.test_updates_twins",
    "get_scheduled_job": "test_jobs.test_updates_twins",
    "cancel_scheduled_job": "test_jobs.test_cancels_a_scheduled_job",
    "query_scheduled_jobs": "test_jobs.test_lists_scheduled_jobs",
    "create_import_export_job": IMPORT_AND_EXPORT,
    "get_import_export_jobs": "test_jobs.test_has_no_import_and_export_jobs",
    "get_import_export_job": "test_jobs.test_has_no_import_and_export_jobs",
    "cancel_import_export_job": "test_jobs.test_has_no_import_and_export_jobs",
}

DIGITAL_TWINS = {
    "from_connection_string": WRONG_KEY,
    "from_token_credential": ENTRA_TOKEN,
    "get_digital_twin": "test_digital_twins.test_returns_the_model_and_reported_properties",
    "update_digital_twin": "test_digital_twins.test_updates_properties_and_components",
    "invoke_command": "test_digital_twins.test_invokes_commands",
    "invoke_component_command": "test_digital_twins.test_invokes_commands",
}

RUNTIME = {
    "from_connection_string": WRONG_KEY,
    "from_token_credential": ENTRA_TOKEN,
    "receive_feedback_notification": "test_feedback.test_receives_abandons_and_completes_feedback",
    "complete_feedback_notification": "test_feedback.test_receives_abandons_and_completes_feedback",
    "abandon_feedback_notification": "test_feedback.test_receives_abandons_and_completes_feedback",
}

CONFIGURATION = {
    "from_connection_string": WRONG_KEY,
    "from_token_credential": ENTRA_TOKEN,
    "get_configuration": CONFIGURATIONS,
    "get_configurations": CONFIGURATIONS,
    "create_configuration": CONFIGURATIONS,
    "update_configuration": CONFIGURATIONS,
    "delete_configuration": CONFIGURATIONS,
    "test_configuration_queries": CONFIGURATIONS,
    "apply_configuration_on_edge_device": CONFIGURATIONS,
}

# The members that devices and modules have in common, both blocking and asyncio.
CLIENT = {
    "create_from_sastoken": "test_client_credentials.test_accepts_a_sas_token",
    "create_from_x509_certificate": "test_client_credentials.test_accepts_a_certificate_with_a_registered_thumbprint",
    "connect": "test_client_connection.test_changes_the_connection_state_in_the_registry",
    "connected": "test_client_connection.test_changes_the_connection_state_in_the_registry",
    "disconnect": "test_client_connection.test_changes_the_connection_state_in_the_registry",
    "shutdown": "test_client_connection.test_stays_closed_after_shutdown",
    "on_connection_state_change": "test_client_connection.test_reports_connection_changes_to_the_program",
    "on_background_exception": "test_client_connection.test_is_closed_when_the_identity_is_deleted",
    "on_new_sastoken_required": "test_client_tokens.test_sdk_requests_a_new_token_from_the_program",
    "update_sastoken": "test_client_tokens.test_sdk_requests_a_new_token_from_the_program",
    "get_twin": "test_client_twins.test_returns_desired_and_reported_properties_only",
    "patch_twin_reported_properties": "test_client_twins.test_merges_reported_properties",
    "on_twin_desired_properties_patch_received": "test_client_twins.test_delivers_patches_of_desired_properties",
    "on_method_request_received": "test_client_methods.test_receives_and_answers_methods",
    "send_method_response": "test_client_methods.test_receives_and_answers_methods",
}
DEVICE = {
    **CLIENT,
    "create_from_connection_string": "test_client_credentials.test_accepts_a_device_with_its_primary_or_secondary_key",
    "create_from_symmetric_key": "test_client_credentials.test_accepts_a_device_with_its_primary_or_secondary_key",
    "send_message": "test_device_client.test_sends_telemetry",
    "on_message_received": "test_device_client.test_receives_a_message_with_its_properties",
    "get_storage_info_for_blob": FILE_UPLOAD,
    "notify_blob_upload_status": FILE_UPLOAD,
}
MODULE = {
    **CLIENT,
    "create_from_connection_string": "test_client_credentials.test_refuses_another_key",
    "create_from_edge_environment": "test_module_client.test_connects_with_the_edge_environment",
    "send_message": "test_module_client.test_sends_telemetry_and_output_messages",
    "send_message_to_output": "test_module_client.test_sends_telemetry_and_output_messages",
    "on_message_received": "test_module_client.test_subscribes_to_its_inputs",
    "invoke_method": "test_module_client.test_invokes_methods_of_its_device_and_sibling_modules",
}
RECEIVING = {
    "receive_method_request": "test_receive_calls.test_receives_method_requests",
    "receive_twin_desired_properties_patch": "test_receive_calls.test_receives_patches_of_desired_properties",
}
AWAITING = {
    "receive_method_request": "test_async_clients.test_awaits_method_requests",
    "receive_twin_desired_properties_patch": "test_async_clients.test_awaits_patches_of_desired_properties",
}

SURFACE = {
    hub: {
        "IoTHubRegistryManager": REGISTRY,
        "IoTHubJobManager": JOBS,
        "DigitalTwinClient": DIGITAL_TWINS,
        "IoTHubHttpRuntimeManager": RUNTIME,
        "IoTHubConfigurationManager": CONFIGURATION,
    },
    device: {
        "IoTHubDeviceClient": {
            **DEVICE,
            **RECEIVING,
            "receive_message": "test_receive_calls.test_receives_messages",
        },
        "IoTHubModuleClient": {
            **MODULE,
            **RECEIVING,
            "receive_message_on_input": "test_receive_calls.test_receives_nothing_on_an_input_without_messages",
        },
        "Message": "test_device_client.test_sends_telemetry",
        "MethodRequest": "test_client_methods.test_receives_and_answers_methods",
        "MethodResponse": "test_client_methods.test_receives_and_answers_methods",
        "X509": "test_client_credentials.test_accepts_a_certificate_of_a_trusted_authority",
        "ProxyOptions": Unsupported("A proxy concerns the path to the hub, not the hub."),
        "ProvisioningDeviceClient": PROVISIONING,
        "RegistrationResult": PROVISIONING,
    },
    aio: {
        "IoTHubDeviceClient": {
            **DEVICE,
            **AWAITING,
            "receive_message": "test_async_clients.test_awaits_messages",
        },
        "IoTHubModuleClient": {
            **MODULE,
            **AWAITING,
            "receive_message_on_input": "test_async_clients.test_awaits_messages_on_an_input",
        },
        "ProvisioningDeviceClient": PROVISIONING,
    },
}
