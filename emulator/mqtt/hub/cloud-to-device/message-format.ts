import type { ClientIdentity } from '../../../domain/identities/client-identity.ts';
import type {
  CloudToDeviceMessage,
  ModuleInputMessage,
  SystemProperties,
} from '../../../domain/messages/message.ts';
import { parseTime } from '../../../domain/time.ts';
import { type BagProperty, formatPropertyBag } from '../property-bag.ts';
import { formatInputTopic, formatMessageTopic } from '../topic-formats.ts';

/**
 * Formats the topic of a cloud-to-device message. System properties come first, in the order of IoT Hub. The Java
 * client reads from the first encoded `$` on. `$.to` is always present, because the .NET client requires a property
 * bag. `iothub-ack` is present only if the sender set it.
 */
export function formatCloudToDeviceTopic(identity: ClientIdentity, message: CloudToDeviceMessage): string {
  const { system, application } = message.properties;
  const properties = formatPropertyBag([
    ['$.mid', system.messageId],
    ['$.exp', system.expiryUtc && formatExpiry(system.expiryUtc)],
    ['$.to', system.to],
    ...senderPairs(system),
    ['iothub-ack', message.ack],
    ...Object.entries(application),
  ]);
  return formatMessageTopic(identity, properties);
}

/** Formats the topic of a message to a module input. Its sender comes first: Node and .NET need it to parse the topic. */
export function formatModuleInputTopic(identity: ClientIdentity, message: ModuleInputMessage): string {
  const { sender, properties } = message;
  const { system, application } = properties;
  const bag = formatPropertyBag([
    ['$.cdid', sender.deviceId],
    ['$.cmid', sender.moduleId],
    ['$.mid', system.messageId],
    ['$.exp', system.expiryUtc && formatExpiry(system.expiryUtc)],
    ...senderPairs(system),
    ['$.on', system.outputName],
    ...Object.entries(application),
  ]);
  return formatInputTopic(identity, message.inputName, bag);
}

function senderPairs(system: SystemProperties): readonly BagProperty[] {
  return [
    ['$.cid', system.correlationId],
    ['$.uid', system.userId],
    ['$.ct', system.contentType],
    ['$.ce', system.contentEncoding],
  ];
}

// The .NET client parses exactly seven digits.
function formatExpiry(expiryUtc: string): string | undefined {
  const time = parseTime(expiryUtc);
  return time === undefined ? undefined : new Date(time).toISOString().replace('Z', '0000Z');
}
