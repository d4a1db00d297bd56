/** How each file begins that this program wrote for a scheduler: by that it is known again, and may be replaced. */
export const OWN_MARK = '# Written by bdsync-manager';

export function isOwnText(text: string): boolean {
  return text.startsWith(`${OWN_MARK} install `);
}
