/**
 * Decodes every sequence of percent escapes that is valid UTF-8. Other text is unchanged:
 * an id may contain a bare `%`, and the C clients send text that is not encoded.
 */
export function decodePercent(text: string): string {
  return text.includes('%') ? text.replace(/(?:%[0-9a-f]{2})+/gi, decodeRun) : text;
}

function decodeRun(run: string): string {
  try {
    return decodeURIComponent(run);
  } catch {
    return run;
  }
}
