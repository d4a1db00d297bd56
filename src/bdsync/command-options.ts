import type {OptionSpec} from '../getopt.js';

/** An option of the program with what its usage says of it. */
export interface DocumentedOption extends OptionSpec {
  readonly valueName?: string;
  readonly help: string;
  /** Not known to the original program. */
  readonly isOurs?: boolean;
}

/** The options that every bdsync knows, the original one, too, in the order of the usage. */
export const COMMON_OPTIONS = [
  {name: 'server', short: 's', value: 'none', help: 'answer a client on standard input and output'},
  {name: 'patch', short: 'p', value: 'optional', valueName: 'DEV', help: 'apply the patch on standard input, to DEV'},
  {name: 'verbose', short: 'v', value: 'none', help: 'say more; repeat for more still'},
  {name: 'blocksize', short: 'b', value: 'required', valueName: 'N', help: 'compare blocks of N bytes (4096)'},
  {name: 'hash', short: 'h', value: 'required', valueName: 'NAME', help: 'digest that compares blocks (md5)'},
  {name: 'checksum', short: 'c', value: 'required', valueName: 'NAME', help: 'put a digest of all data into the patch'},
  {name: 'twopass', short: 't', value: 'none', help: 'compare blocks of 64 N bytes first, then what differs'},
  {name: 'remdata', short: 'r', value: 'none', help: 'carry the data of REMDEV in a patch for LOCDEV'},
  {name: 'fixedsalt', short: 'f', value: 'none', help: 'digest with a salt of zeros: the same every time'},
  {
    name: 'diffsize',
    short: 'd',
    value: 'optional',
    valueName: 'HOW',
    help: 'sizes may differ; HOW: resize, minsize, strict and warn',
  },
  {name: 'zeroblocks', short: 'z', value: 'none', help: 'accepted: blocks of zeros are always recognised'},
  {name: 'warndev', short: 'w', value: 'none', help: 'with --patch: warn when the patch is for another device'},
  {name: 'flushcache', short: 'F', value: 'none', help: 'read past the page cache, at both ends'},
  {name: 'progress', value: 'optional', valueName: 'noscroll', help: 'tell the progress, on one line with noscroll'},
  {name: 'help', short: 'H', value: 'none', help: 'show this text'},
] as const satisfies readonly DocumentedOption[];
