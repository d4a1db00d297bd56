/** Where the package has the programs, below the root. */
export const HOME = 'usr/share/bdsync-manager';
