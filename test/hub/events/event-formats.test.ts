import { describe, expect, it } from 'vitest';
import {
  createEventFormats,
  encodeJsonProperties,
  JSON_PROPERTIES,
} from '../../../emulator/hub/events/event-formats.ts';
import { MQTT_EVENT_FORMATS } from '../../../emulator/mqtt/hub/events/telemetry.ts';

const BAG = Buffer.from('a=1&$.ct=text');

describe('the formats of stored events', () => {
  // Events may be read long after they were stored, so that a number must keep its meaning.
  it.each([
    [16, {}],
    [17, { 'mqtt-retain': 'true' }],
    [18, { 'mqtt-dup': 'true' }],
    [19, { 'mqtt-retain': 'true', 'mqtt-dup': 'true' }],
    [20, { 'iothub-MessageType': 'Will' }],
    [21, { 'mqtt-retain': 'true', 'iothub-MessageType': 'Will' }],
    [22, { 'mqtt-dup': 'true', 'iothub-MessageType': 'Will' }],
    [23, { 'mqtt-retain': 'true', 'mqtt-dup': 'true', 'iothub-MessageType': 'Will' }],
  ])('have a property bag with number %i', (format, added) => {
    const decode = createEventFormats([MQTT_EVENT_FORMATS]).get(format);
    expect(decode?.(BAG)).toEqual({ system: { contentType: 'text' }, application: { a: '1', ...added } });
  });

  it('have JSON properties with number 1', () => {
    const properties = { system: { messageId: 'ü' }, application: { a: 'b' } };
    expect(JSON_PROPERTIES).toBe(1);
    expect(createEventFormats([]).get(1)?.(encodeJsonProperties(properties))).toEqual(properties);
  });

  it('have only the numbers 1 and 16 to 23', () => {
    const formats = [...createEventFormats([MQTT_EVENT_FORMATS]).keys()];
    expect(formats.sort((left, right) => left - right)).toEqual([1, 16, 17, 18, 19, 20, 21, 22, 23]);
  });

  it('cannot have two decoders for one number', () => {
    expect(() => createEventFormats([MQTT_EVENT_FORMATS, MQTT_EVENT_FORMATS])).toThrow(
      'The event format 16 has two decoders.',
    );
  });
});
