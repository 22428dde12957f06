"""Reads a module twin and patches its desired properties if the etag still matches."""

import time

from azure.iot.hub.models import Twin, TwinProperties

from create_module import create_or_get_device, create_or_get_module, open_registry


def update_desired_properties(registry, module, desired):
    before = registry.get_module_twin(module.device_id, module.module_id)
    patch = Twin(properties=TwinProperties(desired=desired))
    after = registry.update_module_twin(module.device_id, module.module_id, patch, before.etag)
    return before, after


if __name__ == "__main__":
    registry = open_registry()
    create_or_get_device(registry)
    module = create_or_get_module(registry)
    before, after = update_desired_properties(registry, module, {"requestedAt": time.time()})
    print("before", before.properties.desired)
    print("after", after.properties.desired)
