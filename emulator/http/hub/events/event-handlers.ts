import { isBase64 } from '../../../domain/base64.ts';
import { isJsonObject, type JsonValue, memberInAnyCase } from '../../../domain/json.ts';
import type { IncomingEvent } from '../../../domain/messages/incoming-event.ts';
import { MAXIMUM_EVENT_BYTES, type MessageProperties } from '../../../domain/messages/message.ts';
import { messageSizeOf } from '../../../domain/messages/message-size.ts';
import { failed, ok, type Result } from '../../../domain/result.ts';
import type { AuthenticatedClient } from '../../../hub/access/credentials.ts';
import { encodeJsonProperties, JSON_PROPERTIES } from '../../../hub/events/event-formats.ts';
import type { Hub } from '../../../hub/hub.ts';
import { type Answer, answerNothing } from '../../wire/answers.ts';
import { parseStrictJsonBody } from '../../wire/request-body.ts';
import type { HttpRequest } from '../../wire/route.ts';
import { parsePropertyHeaders, parsePropertyMembers } from '../message-properties.ts';

const BATCH_TYPE = 'application/vnd.microsoft.iothub.json';

/** Appends one message or, if the content type says so, a batch. If one message of a batch is invalid, none is appended. */
export function sendEvents(hub: Hub, request: HttpRequest, client: AuthenticatedClient): Result<Answer> {
  const isBatch = request.headers['content-type']?.toLowerCase().startsWith(BATCH_TYPE) === true;
  const events = isBatch ? parseStrictJsonBody(request.body, parseBatch) : parseSingle(request);
  if (!events.ok) return events;
  for (const event of events.value) {
    const appended = hub.events.sendEvent(client, event);
    if (!appended.ok) return appended;
  }
  return answerNothing();
}

function parseSingle(request: HttpRequest): Result<readonly IncomingEvent[]> {
  const event = createEvent(parsePropertyHeaders(request.rawHeaders), request.body);
  return event.ok ? ok([event.value]) : event;
}

function parseBatch(messages: JsonValue): Result<readonly IncomingEvent[]> {
  if (!Array.isArray(messages)) return failed('ArgumentInvalid', 'A batch must be a JSON array.');
  const events: IncomingEvent[] = [];
  for (const message of messages as readonly JsonValue[]) {
    const event = parseBatchMessage(message);
    if (!event.ok) return event;
    events.push(event.value);
  }
  return ok(events);
}

function parseBatchMessage(message: JsonValue): Result<IncomingEvent> {
  if (!isJsonObject(message)) return failed('ArgumentInvalid', 'A message of a batch must be a JSON object.');
  const body = parseBatchBody(memberInAnyCase(message, 'body'), memberInAnyCase(message, 'base64Encoded'));
  if (!body.ok) return body;
  const members = memberInAnyCase(message, 'properties') ?? {};
  if (!isJsonObject(members))
    return failed('ArgumentInvalid', 'The properties of a message must be an object.');
  const texts: [string, string][] = [];
  for (const [name, value] of Object.entries(members)) {
    if (typeof value !== 'string') return failed('ArgumentInvalid', `The property ${name} must be a text.`);
    texts.push([name, value]);
  }
  return createEvent(parsePropertyMembers(Object.fromEntries(texts)), body.value);
}

// Node and .NET omit `base64Encoded` and mean true.
function parseBatchBody(body: JsonValue | undefined, base64Encoded: JsonValue = true): Result<Buffer> {
  if (typeof body !== 'string') return failed('ArgumentInvalid', 'The body of a message must be a text.');
  if (base64Encoded === false) return ok(Buffer.from(body, 'utf8'));
  if (!isBase64(body, { isPaddingOptional: true }))
    return failed('ArgumentInvalid', 'The body of a message is not valid base64.');
  return ok(Buffer.from(body, 'base64'));
}

function createEvent(properties: MessageProperties, body: Buffer): Result<IncomingEvent> {
  if (messageSizeOf(body, properties) > MAXIMUM_EVENT_BYTES) {
    return failed('MessageTooLarge', `A message holds at most ${MAXIMUM_EVENT_BYTES} bytes.`);
  }
  return ok({ head: encodeJsonProperties(properties), format: JSON_PROPERTIES, body });
}
