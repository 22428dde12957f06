import { createRequire } from 'node:module';

/** How the SDK describes a value on the wire. */
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

// The serializer is a dependency of the SDK and not ours: it is found from there.
const require = createRequire(import.meta.url);
const requireOfSdk = createRequire(require.resolve('azure-iothub'));
const { Serializer } = requireOfSdk('@azure/ms-rest-js') as {
  readonly Serializer: new (mappers: Readonly<Record<string, Mapper>>) => Serializer;
};
const SDK_MAPPERS = requireOfSdk('./dist/pl/models/mappers.js') as Readonly<Record<string, Mapper>>;

/** The answers that the SDK's description is too old for or leaves open, described here in its own way. */
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

/** What a comparison finds of a member, `Class.member`: it is as described, or one of three ways in which it is not. */
export interface Finding {
  readonly kind: 'present' | 'missing' | 'unknown' | 'mistyped';
  readonly member: string;
}

/** The mapper of an answer: a class, or `[Class]` for a list of them; `Object` is anything. */
export function mapperOf(answer: string): Mapper {
  if (answer === 'Object') return { type: { name: 'Object' } };
  return answer.startsWith('[') ? sequenceOf(answer.slice(1, -1)) : classMapperOf(answer);
}

/** What the SDK makes of a body. */
export function deserialize(mapper: Mapper, body: unknown): unknown {
  return serializer.deserialize(mapper, body, 'answer');
}

/** What a request said comes back as it was: there nothing is missing. */
const ECHOES = new Set(['JobResponse.updateTwin', 'JobResponse.cloudToDeviceMethod']);

/** Compares a body with its description, down to the last member; null may stand anywhere. In a partial body nothing is missing. */
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
  if (mapper === undefined) throw new Error(`The SDK describes no ${className}.`);
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
