"""
Everything that the packages offer, and where it is proven: by a test, or not yet and for what reason.
What an SDK update adds or takes away is missing or too much here, and test_surface.py fails.
"""

from typing import NamedTuple, Optional

from azure.iot import device, hub
from azure.iot.device import aio


class Later(NamedTuple):
    """What belongs to a door that is not built yet, and where the hub is shown to refuse it by name."""

    reason: str
    refusal: Optional[str] = None


CONFIGURATIONS = Later(
    "Automatic device configurations come later.",
    "test_service_access.test_is_refused_automatic_configurations_by_name",
)
IMPORT_AND_EXPORT = Later(
    "Import and export jobs need blob storage and come later.",
    "test_jobs.test_is_refused_import_and_export_by_name",
)
FILE_UPLOAD = Later(
    "File upload needs blob storage and comes later.",
    "test_device_client.test_is_refused_the_upload_of_files_by_name",
)
AMQP = Later("It sends over AMQP (uamqp), a door that comes later; test_cloud_to_device sends over HTTPS.")
PROVISIONING = Later("The Device Provisioning Service comes later.")

DIRECTORY = "test_service_access.test_lets_in_whoever_bears_a_token_of_the_directory"
STRANGER = "test_service_access.test_refuses_whoever_does_not_know_the_key"

REGISTRY = {
    "from_connection_string": STRANGER,
    "from_token_credential": DIRECTORY,
    "create_device_with_sas": "test_registry.test_creates_a_device_with_its_own_keys",
    "create_device_with_x509": "test_registry.test_creates_a_device_with_thumbprints",
    "create_device_with_certificate_authority": "test_registry.test_creates_a_device_of_a_certificate_authority",
    "update_device_with_sas": "test_registry.test_updates_a_device_guarded_by_its_etag",
    "update_device_with_x509": "test_registry.test_updates_the_authentication_of_a_device",
    "update_device_with_certificate_authority": "test_registry.test_updates_the_authentication_of_a_device",
    "get_device": "test_registry.test_creates_a_device_with_its_own_keys",
    "delete_device": "test_registry.test_deletes_a_device_guarded_by_its_etag",
    "get_devices": "test_registry.test_lists_and_counts_devices",
    "get_device_registry_statistics": "test_registry.test_lists_and_counts_devices",
    "get_service_statistics": "test_registry.test_counts_connected_devices",
    "bulk_create_or_update_devices": "test_registry.test_changes_devices_in_bulk",
    "create_module_with_sas": "test_modules.test_creates_modules_with_every_kind_of_authentication",
    "create_module_with_x509": "test_modules.test_creates_modules_with_every_kind_of_authentication",
    "create_module_with_certificate_authority": "test_modules.test_creates_modules_with_every_kind_of_authentication",
    "update_module_with_sas": "test_modules.test_updates_a_module_guarded_by_its_etag",
    "update_module_with_x509": "test_modules.test_updates_a_module_guarded_by_its_etag",
    "update_module_with_certificate_authority": "test_modules.test_updates_a_module_guarded_by_its_etag",
    "get_module": "test_modules.test_creates_modules_with_every_kind_of_authentication",
    "get_modules": "test_modules.test_creates_modules_with_every_kind_of_authentication",
    "delete_module": "test_modules.test_deletes_a_module_guarded_by_its_etag",
    "get_twin": "test_twins.test_is_there_as_soon_as_its_identity",
    "update_twin": "test_twins.test_merges_a_patch_into_tags_and_desired_properties",
    "replace_twin": "test_twins.test_replaces_tags_and_desired_properties",
    "get_module_twin": "test_twins.test_is_there_as_soon_as_its_identity",
    "update_module_twin": "test_twins.test_merges_a_patch_into_tags_and_desired_properties",
    "replace_module_twin": "test_twins.test_replaces_tags_and_desired_properties",
    "query_iot_hub": "test_queries.test_finds_twins",
    "invoke_device_method": "test_methods.test_carries_the_payload_there_and_back",
    "invoke_device_module_method": "test_methods.test_carries_the_payload_there_and_back",
    "send_c2d_message": AMQP,
}

JOBS = {
    "from_connection_string": STRANGER,
    "from_token_credential": DIRECTORY,
    "create_scheduled_job": "test_jobs.test_updates_twins",
    "get_scheduled_job": "test_jobs.test_updates_twins",
    "cancel_scheduled_job": "test_jobs.test_cancels_a_job_that_waits",
    "query_scheduled_jobs": "test_jobs.test_lists_scheduled_jobs",
    "create_import_export_job": IMPORT_AND_EXPORT,
    "get_import_export_jobs": IMPORT_AND_EXPORT,
    "get_import_export_job": IMPORT_AND_EXPORT,
    "cancel_import_export_job": IMPORT_AND_EXPORT,
}

DIGITAL_TWINS = {
    "from_connection_string": STRANGER,
    "from_token_credential": DIRECTORY,
    "get_digital_twin": "test_digital_twins.test_shows_the_model_and_what_the_device_reported",
    "update_digital_twin": "test_digital_twins.test_updates_properties_and_components",
    "invoke_command": "test_digital_twins.test_invokes_commands",
    "invoke_component_command": "test_digital_twins.test_invokes_commands",
}

RUNTIME = {
    "from_connection_string": STRANGER,
    "from_token_credential": DIRECTORY,
    "receive_feedback_notification": "test_feedback.test_is_received_abandoned_and_completed",
    "complete_feedback_notification": "test_feedback.test_is_received_abandoned_and_completed",
    "abandon_feedback_notification": "test_feedback.test_is_received_abandoned_and_completed",
}

CONFIGURATION = {
    "from_connection_string": STRANGER,
    "from_token_credential": DIRECTORY,
    "get_configuration": CONFIGURATIONS,
    "get_configurations": CONFIGURATIONS,
    "create_configuration": CONFIGURATIONS,
    "update_configuration": CONFIGURATIONS,
    "delete_configuration": CONFIGURATIONS,
    "test_configuration_queries": CONFIGURATIONS,
    "apply_configuration_on_edge_device": CONFIGURATIONS,
}

# What devices and modules have in common, blocking and asyncio alike.
CLIENT = {
    "create_from_sastoken": "test_client_credentials.test_a_token_gets_in",
    "create_from_x509_certificate": "test_client_credentials.test_a_certificate_whose_thumbprint_is_registered_gets_in",
    "connect": "test_client_connection.test_is_seen_by_the_back_end",
    "connected": "test_client_connection.test_is_seen_by_the_back_end",
    "disconnect": "test_client_connection.test_is_seen_by_the_back_end",
    "shutdown": "test_client_connection.test_ends_for_good_with_the_client",
    "on_connection_state_change": "test_client_connection.test_is_told_to_the_program",
    "on_background_exception": "test_client_connection.test_ends_when_the_identity_is_deleted",
    "on_new_sastoken_required": "test_client_tokens.test_a_token_of_the_program_is_asked_for_and_replaced",
    "update_sastoken": "test_client_tokens.test_a_token_of_the_program_is_asked_for_and_replaced",
    "get_twin": "test_client_twins.test_shows_desired_and_reported_properties_and_nothing_else",
    "patch_twin_reported_properties": "test_client_twins.test_merges_what_is_reported",
    "on_twin_desired_properties_patch_received": "test_client_twins.test_hands_out_patches_of_desired_properties",
    "on_method_request_received": "test_client_methods.test_are_heard_and_answered",
    "send_method_response": "test_client_methods.test_are_heard_and_answered",
}
DEVICE = {
    **CLIENT,
    "create_from_connection_string": "test_client_credentials.test_a_device_gets_in_with_either_key",
    "create_from_symmetric_key": "test_client_credentials.test_a_device_gets_in_with_either_key",
    "send_message": "test_device_client.test_sends_telemetry",
    "on_message_received": "test_device_client.test_receives_a_message_with_its_properties",
    "get_storage_info_for_blob": FILE_UPLOAD,
    "notify_blob_upload_status": FILE_UPLOAD,
}
MODULE = {
    **CLIENT,
    "create_from_connection_string": "test_client_credentials.test_another_key_does_not_get_in",
    "create_from_edge_environment": "test_module_client.test_finds_its_hub_by_the_environment",
    "send_message": "test_module_client.test_sends_telemetry_and_to_outputs",
    "send_message_to_output": "test_module_client.test_sends_telemetry_and_to_outputs",
    "on_message_received": "test_module_client.test_listens_to_its_inputs",
    "invoke_method": "test_module_client.test_invokes_methods_of_its_device_and_the_modules_beside_it",
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
            "receive_message_on_input": "test_receive_calls.test_receives_nothing_on_an_input_that_nobody_sends_to",
        },
        "Message": "test_device_client.test_sends_telemetry",
        "MethodRequest": "test_client_methods.test_are_heard_and_answered",
        "MethodResponse": "test_client_methods.test_are_heard_and_answered",
        "X509": "test_client_credentials.test_a_certificate_of_a_trusted_authority_gets_in",
        "ProxyOptions": Later("It is about the way to the hub, not about the hub."),
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
