import type { Expression } from '../syntax/syntax.ts';

/**
 * Returns the texts of which the root `name` must be one in every row that a condition selects. Returns undefined if
 * the condition does not name them. It reads `name = 'text'`, `name IN ['text', …]` and these as an operand of AND.
 */
export function requiredTexts(where: Expression | undefined, name: string): ReadonlySet<string> | undefined {
  switch (where?.kind) {
    case 'comparison': {
      const { operator, left, right } = where;
      return operator === '=' && isRoot(left, name) && right.kind === 'constant'
        ? textsOf([right.value])
        : undefined;
    }
    case 'membership':
      return !where.isNegated && isRoot(where.operand, name) ? textsOf(where.values) : undefined;
    case 'and':
      for (const operand of where.operands) {
        const texts = requiredTexts(operand, name);
        if (texts !== undefined) return texts;
      }
      return undefined;
    default:
      return undefined;
  }
}

function isRoot(expression: Expression, name: string): boolean {
  return (
    expression.kind === 'path' &&
    expression.steps.length === 0 &&
    expression.root.toLowerCase() === name.toLowerCase()
  );
}

// A value of another type is equal to no text, so it selects no row.
function textsOf(values: readonly unknown[]): ReadonlySet<string> {
  return new Set(values.filter((value) => typeof value === 'string'));
}
