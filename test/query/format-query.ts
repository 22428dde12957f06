import type { Column, Expression, Path, Primitive, Query } from '../../emulator/query/syntax/syntax.ts';
import { isKeyword } from '../../emulator/query/syntax/words.ts';

/** Formats a query as text, the reverse of `parseQuery`. */
export function formatQuery(query: Query): string {
  const top = query.top === undefined ? '' : `TOP ${query.top} `;
  const columns = query.columns === '*' ? '*' : query.columns.map(formatColumn).join(', ');
  const where = query.where === undefined ? '' : ` WHERE ${formatExpression(query.where)}`;
  const groupBy = query.groupBy.length === 0 ? '' : ` GROUP BY ${query.groupBy.map(formatPath).join(', ')}`;
  return `SELECT ${top}${columns} FROM ${query.source}${where}${groupBy}`;
}

function formatColumn(column: Column): string {
  const alias = column.alias === undefined ? '' : ` AS ${column.alias}`;
  switch (column.kind) {
    case 'path':
      return formatPath(column.path) + alias;
    case 'count':
      return `COUNT()${alias}`;
    case 'aggregate':
      return `${column.aggregate}(${formatPath(column.path)})${alias}`;
  }
}

const PRECEDENCE: Record<Expression['kind'], number> = {
  or: 1,
  and: 2,
  not: 3,
  comparison: 4,
  membership: 4,
  sum: 5,
  product: 6,
  negate: 7,
  call: 8,
  constant: 8,
  path: 8,
};

/** Formats an expression, in parentheses if its precedence is lower than `minimumPrecedence`. */
function formatExpression(expression: Expression, minimumPrecedence = 0): string {
  const text = formatBare(expression);
  return PRECEDENCE[expression.kind] < minimumPrecedence ? `(${text})` : text;
}

function formatBare(expression: Expression): string {
  switch (expression.kind) {
    case 'path':
      return formatPath(expression);
    case 'constant':
      return formatConstant(expression.value);
    case 'call':
      return `${expression.name}(${expression.parameters.map((parameter) => formatExpression(parameter)).join(', ')})`;
    case 'negate':
      return `-${formatNegated(expression.operand)}`;
    case 'sum':
    case 'product': {
      const operand = (part: Expression) => formatExpression(part, PRECEDENCE[expression.kind] + 1);
      const rest = expression.rest.map((step) => ` ${step.operator} ${operand(step.operand)}`);
      return operand(expression.first) + rest.join('');
    }
    case 'comparison':
      return `${formatExpression(expression.left, 5)} ${expression.operator} ${formatExpression(expression.right, 5)}`;
    case 'membership': {
      const operator = expression.isNegated ? 'NIN' : 'IN';
      return `${formatExpression(expression.operand, 5)} ${operator} [${expression.values.map(formatConstant).join(', ')}]`;
    }
    case 'not':
      return `NOT ${formatExpression(expression.operand, 3)}`;
    case 'and':
      return expression.operands.map((operand) => formatExpression(operand, 3)).join(' AND ');
    case 'or':
      return expression.operands.map((operand) => formatExpression(operand, 2)).join(' OR ');
  }
}

// A minus directly before a number would become part of the constant.
function formatNegated(operand: Expression): string {
  const isNumber = operand.kind === 'constant' && typeof operand.value === 'number';
  return isNumber ? `(${formatConstant(operand.value)})` : formatExpression(operand, 7);
}

function formatConstant(value: Primitive | undefined): string {
  return typeof value === 'string'
    ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
    : String(value);
}

// A root that is not a bare name needs the prefix `devices.`.
function formatPath(path: Path): string {
  const isPlain = isBareName(path.root) && path.root.toLowerCase() !== 'devices';
  const root = isPlain ? path.root : `devices.${formatMemberName(path.root)}`;
  const steps = path.steps.map((step) =>
    typeof step === 'number' ? `[${step}]` : `.${formatMemberName(step)}`,
  );
  return root + steps.join('');
}

function formatMemberName(name: string): string {
  return isBareMemberName(name) ? name : `[[${name}]]`;
}

const NAME = /^[\p{L}\p{Nl}_$][\p{L}\p{M}\p{N}_$-]*$/u;
const MEMBER_NAME = /^[\p{L}\p{N}_$][\p{L}\p{M}\p{N}_$-]*$/u;

/** Returns true if the text is a root name or an alias that needs no brackets. */
function isBareName(text: string): boolean {
  return NAME.test(text) && !isKeyword(text);
}

/** Returns true if the text is a name that needs no brackets after a dot. Such a name may begin with a digit. */
function isBareMemberName(text: string): boolean {
  return MEMBER_NAME.test(text) && !isKeyword(text);
}
