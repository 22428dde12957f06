import type { AggregateName, FunctionName } from './syntax.ts';

/** The number of parameters of each function of a WHERE clause. */
export const PARAMETER_COUNTS: Readonly<Record<FunctionName, number>> = {
  IS_DEFINED: 1,
  STARTSWITH: 2,
  ENDSWITH: 2,
  ARRAY_CONTAINS: 2,
};

const AGGREGATE_NAMES: readonly string[] = ['AVG', 'SUM', 'MIN', 'MAX'] satisfies AggregateName[];

export function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(PARAMETER_COUNTS, name);
}

/** Returns true if the name is an aggregate over a path. */
export function isAggregateName(name: string): name is AggregateName {
  return AGGREGATE_NAMES.includes(name);
}

/** Returns true if the name is an aggregate, including `COUNT`. */
export function isAggregateFunction(name: string): boolean {
  return name === 'COUNT' || isAggregateName(name);
}
