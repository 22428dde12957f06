/** The collection that a query reads its rows from. */
export type QuerySource = 'devices' | 'devices.modules' | 'devices.jobs';

/** A parsed query. Without `where` it selects every row. */
export interface Query {
  readonly source: QuerySource;
  readonly top?: number;
  readonly columns: '*' | readonly Column[];
  readonly where?: Expression;
  readonly groupBy: readonly Path[];
}

/** The target condition of a job or a configuration: the part of a query after SELECT. Without `where` it is `*`. */
export interface Condition {
  readonly source: 'devices' | 'devices.modules';
  readonly where?: Expression;
}

export type Column =
  | { readonly kind: 'path'; readonly path: Path; readonly alias?: string }
  | { readonly kind: 'count'; readonly alias?: string }
  | {
      readonly kind: 'aggregate';
      readonly aggregate: AggregateName;
      readonly path: Path;
      readonly alias?: string;
    };

export type AggregateName = 'AVG' | 'SUM' | 'MIN' | 'MAX';

/** A root name of a row, in any letter case, and the steps below it. Prefixes such as `devices.` are removed. */
export interface Path {
  readonly kind: 'path';
  readonly root: string;
  readonly steps: readonly PathStep[];
}

/** The name of an object's member or the index of an array's element. */
export type PathStep = string | number;

export type Primitive = string | number | boolean | null;

export type Expression =
  | Path
  | { readonly kind: 'constant'; readonly value: Primitive | undefined }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly parameters: readonly Expression[] }
  | { readonly kind: 'negate'; readonly operand: Expression }
  | Arithmetic
  | Comparison
  | Membership
  | { readonly kind: 'not'; readonly operand: Expression }
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Expression[] };

/** Operators of one precedence, evaluated from left to right: sums (`+ -`) or products (`* / %`). */
export interface Arithmetic {
  readonly kind: 'sum' | 'product';
  readonly first: Expression;
  readonly rest: readonly { readonly operator: ArithmeticOperator; readonly operand: Expression }[];
}

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';

export interface Comparison {
  readonly kind: 'comparison';
  readonly operator: ComparisonOperator;
  readonly left: Expression;
  readonly right: Expression;
}

export type ComparisonOperator = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** `IN`, or `NIN` if it is negated. */
export interface Membership {
  readonly kind: 'membership';
  readonly isNegated: boolean;
  readonly operand: Expression;
  readonly values: readonly (Primitive | undefined)[];
}

export type FunctionName = 'IS_DEFINED' | 'STARTSWITH' | 'ENDSWITH' | 'ARRAY_CONTAINS';
