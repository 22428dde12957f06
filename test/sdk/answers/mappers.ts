import { createRequire } from 'node:module';

/** The SDK's description of a value on the wire. */
export interface Mapper {
  readonly serializedName?: string;
  readonly type: {
    readonly name: string;
    readonly className?: string;
    readonly element?: Mapper;
    readonly value?: Mapper;
    readonly modelProperties?: Readonly<Record<string, Mapper>>;
  };
}

interface Serializer {
  deserialize(mapper: Mapper, body: unknown, name: string): unknown;
}

// The serializer is a dependency of the SDK, so it is resolved from there.
const require = createRequire(import.meta.url);
const requireOfSdk = createRequire(require.resolve('azure-iothub'));
const { Serializer } = requireOfSdk('@azure/ms-rest-js') as {
  readonly Serializer: new (mappers: Readonly<Record<string, Mapper>>) => Serializer;
};
const SDK_MAPPERS = requireOfSdk('./dist/pl/models/mappers.js') as Readonly<Record<string, Mapper>>;

/** The mappers of answers that the SDK does not describe. */
const OWN_MAPPERS = {
  KeyRegenerationResult: composite('KeyRegenerationResult', {
    policyKey: 'String',
    rotatedKeys: sequenceOf('RotatedKeys'),
    errors: sequenceOf('KeyRegenerationError'),
  }),
  RotatedKeys: composite('RotatedKeys', {
    id: 'String',
    moduleId: 'String',
    primaryKey: 'String',
    secondaryKey: 'String',
  }),
  KeyRegenerationError: composite('KeyRegenerationError', {
    id: 'String',
    moduleId: 'String',
    errorCode: 'Number',
    errorStatus: 'String',
  }),
  FeedbackRecord: composite('FeedbackRecord', {
    originalMessageId: 'String',
    enqueuedTimeUtc: 'DateTime',
    statusCode: 'String',
    description: 'String',
    deviceId: 'String',
    deviceGenerationId: 'String',
  }),
} satisfies Readonly<Record<string, Mapper>>;

const MAPPERS: Readonly<Record<string, Mapper>> = { ...SDK_MAPPERS, ...OWN_MAPPERS };
const serializer = new Serializer(MAPPERS);

/** The result of comparing a member, `Class.member`: it is present as described, or deviates in one of three ways. */
export interface Finding {
  readonly kind: 'present' | 'missing' | 'unknown' | 'mistyped';
  readonly member: string;
}

/** Returns the mapper of an answer: a class, `[Class]` for a list, or `Object` for any value. */
export function mapperOf(answer: string): Mapper {
  if (answer === 'Object') return { type: { name: 'Object' } };
  return answer.startsWith('[') ? sequenceOf(answer.slice(1, -1)) : classMapperOf(answer);
}

/** Deserializes a body as the SDK does. */
export function deserialize(mapper: Mapper, body: unknown): unknown {
  return serializer.deserialize(mapper, body, 'answer');
}

/** Members that repeat a part of the request. They may be partial. */
const ECHOES = new Set(['JobResponse.updateTwin', 'JobResponse.cloudToDeviceMethod']);

/** Compares a body with its mapper, with all members. Any value can be null. A partial body has no missing members. */
export function compare(
  mapper: Mapper,
  body: unknown,
  { member = 'answer', isPartial = false } = {},
): Finding[] {
  if (body === null) return [];
  const { type } = mapper;
  const place = { member, isPartial };
  switch (type.name) {
    case 'Composite':
      return isObject(body) ? compareMembers(type.className ?? '', body, isPartial) : mistyped(member);
    case 'Sequence':
      if (!Array.isArray(body)) return mistyped(member);
      return body.flatMap((item) => compare(type.element as Mapper, item, place));
    case 'Dictionary':
      if (!isObject(body)) return mistyped(member);
      return Object.values(body).flatMap((value) => compare(type.value as Mapper, value, place));
    case 'DateTime':
      return isTime(body) ? [] : mistyped(member);
    case 'Object':
      return [];
    default:
      return typeof body === type.name.toLowerCase() ? [] : mistyped(member);
  }
}

function compareMembers(className: string, body: Record<string, unknown>, isPartial: boolean): Finding[] {
  const members = Object.values(classMapperOf(className).type.modelProperties ?? {});
  const known = new Set(members.map(({ serializedName }) => serializedName));
  const unknown = Object.keys(body).filter((name) => !known.has(name));
  return [
    ...members.flatMap((mapper): Finding[] => {
      const name = mapper.serializedName ?? '';
      const member = `${className}.${name}`;
      if (name in body) {
        const isEcho = ECHOES.has(member);
        return [
          { kind: 'present', member },
          ...compare(mapper, body[name], { member, isPartial: isPartial || isEcho }),
        ];
      }
      return isPartial ? [] : [{ kind: 'missing', member }];
    }),
    ...unknown.map((name): Finding => ({ kind: 'unknown', member: `${className}.${name}` })),
  ];
}

function mistyped(member: string): Finding[] {
  return [{ kind: 'mistyped', member }];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTime(value: unknown): boolean {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z?$/.test(value);
}

function classMapperOf(className: string): Mapper {
  const mapper = MAPPERS[className];
  if (mapper === undefined)
    throw new Error(`Class ${className} is unknown, expected a mapper of the SDK or of OWN_MAPPERS.`);
  return mapper;
}

function sequenceOf(className: string): Mapper {
  return { type: { name: 'Sequence', element: { type: { name: 'Composite', className } } } };
}

function composite(className: string, members: Readonly<Record<string, string | Mapper>>): Mapper {
  const properties = Object.entries(members).map(([serializedName, type]) => {
    const mapper = typeof type === 'string' ? { type: { name: type } } : type;
    return [serializedName, { ...mapper, serializedName }];
  });
  return { type: { name: 'Composite', className, modelProperties: Object.fromEntries(properties) } };
}
