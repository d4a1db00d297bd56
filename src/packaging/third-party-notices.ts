import {bundledPackages} from './bundled-packages.js';

const HEAD = `The programs in this folder are bundled: beside the modules of bdsync-manager, they have modules of the packages
below, whose licenses want these words to go with them.
`;

/** The notices of all packages of which the bundled programs have a part, as plain text. */
export async function thirdPartyNotices(root: string): Promise<string> {
  const notices = (await bundledPackages(root)).map(
    ({name, version, license, licenseLines}) =>
      `\n${'-'.repeat(80)}\n${name} ${version}: ${license}\n\n${licenseLines.join('\n')}\n`,
  );
  return HEAD + notices.join('');
}
