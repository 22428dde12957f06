/** Decodes every run of escapes that is UTF-8 and leaves the rest as it stands: an id may hold a bare `%`, and clients written in C send raw text. */
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
