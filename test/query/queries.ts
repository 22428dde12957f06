import fc from 'fast-check';
import type { Column, Expression, Path, Primitive, Query } from '../../emulator/query/syntax/syntax.ts';
import { isKeyword } from '../../emulator/query/syntax/words.ts';

const bareName = fc
  .stringMatching(/^[A-Za-z_$é][A-Za-z0-9_$é-]{0,6}$/)
  .filter(
    (name) =>
      !isKeyword(name) &&
      !/^(id|statusupdatedtime|devices|distinct|join|order|offset|limit|like|value|exists|union|having|between)$/i.test(
        name,
      ),
  );

const root = fc.oneof(
  fc.constantFrom('deviceId', 'tags', 'properties', 'group', 'devices', 'a b', '7'),
  bareName,
);

const memberName = fc.oneof(
  fc.constantFrom(
    'a',
    'desired',
    '$version',
    'group',
    'SELECT',
    '__proto__',
    'constructor',
    'length',
    '0',
    'a.b',
    '2nd',
  ),
  fc.string({ minLength: 1, maxLength: 6 }).filter((name) => !/\]\]|\]$/.test(name)),
);

const path: fc.Arbitrary<Path> = fc
  .tuple(root, fc.array(fc.oneof({ weight: 3, arbitrary: memberName }, fc.nat(5)), { maxLength: 4 }))
  // The parser would take these as the prefix of a collection.
  .filter(([name, steps]) => !(/^(modules|jobs)$/i.test(name) || (name === 'devices' && steps.length === 0)))
  .map(([name, steps]) => ({ kind: 'path', root: name, steps }));

const constantValue: fc.Arbitrary<Primitive | undefined> = fc.oneof(
  fc.constantFrom(true, false, null, undefined, 'US', "it's", 'a\\b', '', 0, 1, -1),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
);

const constant: fc.Arbitrary<Expression> = constantValue.map((value) => ({ kind: 'constant', value }));

const { expression } = fc.letrec<{ expression: Expression }>((tie) => {
  const inner = tie('expression');
  const several = fc.array(inner, { minLength: 2, maxLength: 3 });
  return {
    expression: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      constant,
      path,
      comparison(inner),
      record({ kind: fc.constantFrom('and' as const, 'or' as const), operands: several }),
      record({ kind: fc.constant('not' as const), operand: inner }),
      record({
        kind: fc.constant('membership' as const),
        isNegated: fc.boolean(),
        operand: inner,
        values: fc.array(constantValue, { minLength: 1, maxLength: 3 }),
      }),
      arithmetic(inner),
      record({ kind: fc.constant('negate' as const), operand: inner }),
      call(inner),
    ),
  };
});

const column: fc.Arbitrary<Column> = fc
  .tuple(
    fc.oneof(
      record({ kind: fc.constant('path' as const), path }),
      record({ kind: fc.constant('count' as const) }),
      record({
        kind: fc.constant('aggregate' as const),
        aggregate: fc.constantFrom('AVG' as const, 'SUM' as const, 'MIN' as const, 'MAX' as const),
        path,
      }),
    ),
    bareName,
  )
  .map(([unnamed, alias]) => ({ ...unnamed, alias }));

const plainQuery: fc.Arbitrary<Query> = queryOf(
  fc.constantFrom('devices' as const, 'devices.modules' as const),
  fc.oneof(fc.constant('*' as const), columnsOf(column.filter(({ kind }) => kind === 'path'))),
);

const aggregateQuery: fc.Arbitrary<Query> = queryOf(fc.constant('devices' as const), columnsOf(column)).map(
  (query): Query => {
    const columns = query.columns === '*' ? [] : query.columns;
    return { ...query, groupBy: columns.flatMap((each) => (each.kind === 'path' ? [each.path] : [])) };
  },
);

/** Any query over twins that the hub accepts, as `parseQuery` returns it. */
export const anyQuery: fc.Arbitrary<Query> = fc.oneof(plainQuery, aggregateQuery);

function comparison(operand: fc.Arbitrary<Expression>): fc.Arbitrary<Expression> {
  return record({
    kind: fc.constant('comparison' as const),
    operator: fc.constantFrom(
      '=' as const,
      '!=' as const,
      '<' as const,
      '<=' as const,
      '>' as const,
      '>=' as const,
    ),
    left: operand,
    right: operand,
  });
}

function arithmetic(operand: fc.Arbitrary<Expression>): fc.Arbitrary<Expression> {
  const chain = <K extends 'sum' | 'product', O extends '+' | '-' | '*' | '/' | '%'>(
    kind: K,
    operators: readonly O[],
  ) =>
    record({
      kind: fc.constant(kind),
      first: operand,
      rest: fc.array(record({ operator: fc.constantFrom(...operators), operand }), {
        minLength: 1,
        maxLength: 3,
      }),
    });
  return fc.oneof(chain('sum', ['+', '-']), chain('product', ['*', '/', '%']));
}

function call(parameter: fc.Arbitrary<Expression>): fc.Arbitrary<Expression> {
  const names = ['STARTSWITH', 'ENDSWITH', 'ARRAY_CONTAINS'] as const;
  return fc.oneof(
    record({
      kind: fc.constant('call' as const),
      name: fc.constant('IS_DEFINED' as const),
      parameters: fc.tuple(parameter),
    }),
    record({
      kind: fc.constant('call' as const),
      name: fc.constantFrom(...names),
      parameters: fc.tuple(parameter, parameter),
    }),
  );
}

function columnsOf(each: fc.Arbitrary<Column>): fc.Arbitrary<readonly Column[]> {
  return fc.uniqueArray(each, { minLength: 1, maxLength: 4, selector: ({ alias }) => alias });
}

function queryOf(
  source: fc.Arbitrary<Query['source']>,
  columns: fc.Arbitrary<Query['columns']>,
): fc.Arbitrary<Query> {
  return fc
    .tuple(
      record({ source, columns, groupBy: fc.constant([]) }),
      fc.option(fc.nat(1000), { nil: undefined }),
      fc.option(expression, { nil: undefined }),
    )
    .map(([query, top, where]) => ({
      ...query,
      ...(top === undefined ? {} : { top }),
      ...(where === undefined ? {} : { where }),
    }));
}

// By default fast-check makes some records without a prototype, which the parser never returns.
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;
}
