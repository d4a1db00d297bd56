/** A fenced block of a Markdown text. */
export interface Fence {
  /** The word after the opening fence; empty without one. */
  readonly language: string;
  readonly text: string;
}

export function markdownFences(markdown: string): Fence[] {
  const fences = markdown.matchAll(/^```(.*)\n([^]*?)^```$/gm);
  return [...fences].map(([, language = '', text = '']) => ({language: language.trim(), text}));
}

/** The commands of a block, one to a line, with those that are continued after a backslash joined. */
export function commandLines({text}: Fence): string[] {
  return text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}
