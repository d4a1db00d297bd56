/** Whether what device-mapper calls by this uuid is a volume of LVM, or a part of one. */
export function isOfLvm(dmUuid: string | undefined): dmUuid is string {
  return dmUuid?.startsWith('LVM-') === true;
}

/** Parts of volumes, such as `-real` and `-cow`, have a word behind the two uuids of 32 letters. */
export function isWholeVolume(dmUuid: string): boolean {
  return /^LVM-[A-Za-z0-9]{64}$/.test(dmUuid);
}
