import {KeyFault} from './key-fault.js';
import {quoted} from './quoted.js';

/** Letters that mean nothing to a mail program: no `|command`, no `/file`, no `:include:`, no option. */
const ADDRESS =
  /^[A-Za-z0-9_][A-Za-z0-9!#$&'*+/=?^_`{}~%-]*(?:\.[A-Za-z0-9!#$&'*+/=?^_`{}~%-]+)*(?:@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)?$/;
/** RFC 5321. */
const MAX_ADDRESS_LENGTH = 254;
/** Who has more wants a list or an alias. */
const MAX_ADDRESSES = 50;

/** Addresses with commas or blanks between them, each `name@host` or the name of a local user; at least one. */
export function mailAddresses(text: string): string[] {
  const addresses = text.split(/[\s,]+/).filter((address) => address !== '');
  if (addresses.length === 0) throw new KeyFault(`${quoted(text)} has no address`);
  if (addresses.length > MAX_ADDRESSES) throw new KeyFault(`has more than ${MAX_ADDRESSES} addresses`);
  return addresses.map(mailAddress);
}

export function mailAddress(text: string): string {
  if (text.length <= MAX_ADDRESS_LENGTH && ADDRESS.test(text)) return text;
  throw new KeyFault(`${quoted(text)} is no mail address of the form name@host, and no name of a local user`, {
    hint: 'write the address alone, without a name before it',
  });
}
