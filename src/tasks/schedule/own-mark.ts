/** How each file begins that this program wrote for a scheduler: by that it is known again, and may be replaced. */
export const OWN_MARK = '# Written by bdsync-manager';
/** How the units begin that a package of this program brings. */
export const PACKAGED_MARK = '# Part of the package bdsync-manager.';

export function isPackagedText(text: string): boolean {
  return text.startsWith(`${PACKAGED_MARK}\n`);
}

export function isOwnText(text: string): boolean {
  return text.startsWith(`${OWN_MARK} install `);
}
